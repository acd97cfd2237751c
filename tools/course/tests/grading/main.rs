//! Submissions are graded, whatever they are: each gets its row, and nothing is left behind.

#[path = "../support/mod.rs"]
mod support;

mod class;
mod ends;
mod hostile;
mod programs;
mod rows;
mod system;
