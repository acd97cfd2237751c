//! Supplied: what the locks of this chapter are made of. Here it is std. The model of the tests has the
//! same names, checks every interleaving, and has a clock that it moves itself.

pub use std::cell::UnsafeCell;
pub use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
pub use std::sync::{Arc, Condvar, Mutex, MutexGuard, TryLockError};
pub use std::thread::yield_now;
pub use std::time::Instant;
