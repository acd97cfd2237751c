//! Supplied: what the exercises of this chapter rest on. Leave `given/fiber.rs` alone until you
//! have solved 12.2.

mod fiber;
mod generator;
mod guard;
mod machine;
mod switch;
mod turns;

pub use fiber::{Fiber, Resumed, Suspender};
pub use generator::{Answer, GenError, GenState, Interrupt};
pub use guard::Guard;
pub use machine::{Generator, Step, Tree};
#[cfg(target_arch = "aarch64")]
pub use switch::Twin;
pub use switch::{Entry, Switch};
#[cfg(target_arch = "x86_64")]
pub use switch::{Inline, Naked};
pub use turns::{Deadlock, Then, Turn};
