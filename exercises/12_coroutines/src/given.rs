//! Supplied: what the exercises of this chapter rest on. Solve 12.2 before you read on in this folder.

mod fiber;
mod generator;
mod machine;
mod switch;

pub use fiber::{Fiber, Resumed, Suspender};
pub use generator::{Answer, GenError, GenState, Interrupt};
pub use machine::{Generator, Step, Tree};
pub use switch::Switch;
