//! Supplied: what the exercises of this chapter rest on. Solve 12.2 before you read on in this folder.

mod fiber;
mod switch;

pub use fiber::{Fiber, Resumed, Suspender};
pub use switch::Switch;
