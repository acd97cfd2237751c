//! Code that learners hand in, good, wrong and hostile. Each test here must get the verdict that
//! `tests/grader/` expects of it; most must fail.

mod cost;
mod counted;
mod elsewhere;
mod ends;
mod extremes;
mod hangs;
mod leaves;
mod outside;
mod passes;
mod reaches;
mod shapes;
