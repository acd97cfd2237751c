//! Supplied: what the exercises of this chapter are made of. Here it is std. The model of the tests has
//! the same names, but no `try_lock`; it checks every interleaving, and has a clock that it moves itself.

pub use std::sync::{Arc, Condvar, Mutex, MutexGuard};
pub use std::thread::yield_now;
pub use std::time::Instant;
