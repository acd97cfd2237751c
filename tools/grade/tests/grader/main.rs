//! Judges the grader by what it says of the submissions.

mod degraded;
#[path = "../support/mod.rs"]
mod support;
mod verdicts;
