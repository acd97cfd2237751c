//! Supplied: what the exercises of this chapter use to reach another thread. Here it is std. The model of
//! the tests has the same names and checks every interleaving.

pub use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering, fence};
pub use std::sync::{Condvar, Mutex, MutexGuard};

/// As [`std::thread`], as far as a thread that sleeps needs it.
pub mod thread {
    pub use std::thread::{Thread, current, park, yield_now};
}
