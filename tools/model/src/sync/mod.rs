//! What the code under test imports as `crate::sync`.

mod atomic;
mod cell;
mod futex;

pub(crate) use atomic::set_plain_stores;
pub use atomic::{AtomicBool, AtomicU32, AtomicUsize, fence};
pub use cell::UnsafeCell;
pub(crate) use futex::set_behavior;
pub use futex::{expire_timeouts, futex_wait, futex_wait_timeout, futex_wake};
pub use loom::sync::Arc;
pub use std::sync::atomic::Ordering;

pub use crate::thread::{spin_loop, yield_now};
