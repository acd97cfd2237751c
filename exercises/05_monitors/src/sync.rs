//! Supplied: what the exercises of this chapter are made of. Here it is std. The model of the tests has
//! the same names, checks every interleaving, and has a clock that it moves itself.

pub use std::sync::{Arc, Condvar, Mutex, MutexGuard};
pub use std::time::Instant;
