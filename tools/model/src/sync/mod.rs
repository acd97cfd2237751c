//! What the code under test imports as `crate::sync`.

mod atomic;
mod bytes;
mod cell;
mod condvar;
mod futex;
mod instant;
mod mutex;
mod queue;
pub mod thread;

pub use atomic::{AtomicBool, AtomicU32, AtomicUsize, fence};
pub(crate) use atomic::{set_plain_stores, set_weak_may_fail};
pub use bytes::SharedBytes;
pub use cell::UnsafeCell;
pub use condvar::{Condvar, WaitTimeoutResult};
pub(crate) use futex::set_behavior;
pub use futex::{futex_wait, futex_wait_timeout, futex_wake};
pub use instant::Instant;
pub use loom::sync::Arc;
pub use mutex::{Mutex, MutexGuard};
pub(crate) use queue::{set_newest_first, wake_expired};
pub use std::sync::TryLockError;
pub use std::sync::atomic::Ordering;

use crate::history;
use crate::thread as model_thread;

/// As [`std::hint::spin_loop`]: in the model it lets the other threads run first. A loop that waits
/// for another thread must call this or [`yield_now`], or the model finds it running for ever.
#[track_caller]
pub fn spin_loop() {
    model_thread::yield_now();
}

/// As [`std::thread::yield_now`].
#[track_caller]
pub fn yield_now() {
    history::count(|calls| calls.yields += 1);
    model_thread::yield_now();
}
