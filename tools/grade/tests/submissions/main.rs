//! Code that learners hand in, good, wrong and hostile. Each test here must get the verdict that
//! `tests/verdicts.rs` expects of it; most must fail.

mod cost;
mod counted;
mod ends;
mod hangs;
mod leaves;
mod passes;
mod reaches;
