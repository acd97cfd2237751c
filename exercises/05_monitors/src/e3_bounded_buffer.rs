//! A queue of limited length between threads: blocking, with a close and with time-outs.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::time::Duration;

// `Condvar` and `Instant` are there, too: the model's, in the tests.
use crate::sync::Mutex;

pub use crate::given::{PopError, PushError};

/// A queue of at most so many items, between any number of threads.
pub struct BoundedBuffer<T> {
    capacity: usize,
    items: Mutex<VecDeque<T>>,
}

impl<T> BoundedBuffer<T> {
    /// An empty buffer. Any capacity will do: there is memory for the items that are in it, no more.
    pub fn new(capacity: NonZeroUsize) -> BoundedBuffer<T> {
        // TODO: what else is needed? Write each condition that somebody waits for as a sentence.
        BoundedBuffer { capacity: capacity.get(), items: Mutex::new(VecDeque::new()) }
    }

    /// Puts an item at the end; waits for room.
    pub fn push(&self, item: T) -> Result<(), PushError<T>> {
        todo!("push {} bytes: {}", size_of_val(&item), self.items.lock().is_ok())
    }

    /// As `push`, and never waits.
    pub fn try_push(&self, item: T) -> Result<(), PushError<T>> {
        todo!("push {} bytes, if fewer than {} are there", size_of_val(&item), self.capacity)
    }

    /// As `push`, and gives up when `timeout` is over; it may be zero, or `Duration::MAX`.
    pub fn push_timeout(&self, item: T, timeout: Duration) -> Result<(), PushError<T>> {
        todo!("push {} bytes within {timeout:?}", size_of_val(&item))
    }

    /// Takes the first item; waits for one.
    pub fn pop(&self) -> Result<T, PopError> {
        todo!("take the first item")
    }

    /// As `pop`, and never waits.
    pub fn try_pop(&self) -> Result<T, PopError> {
        todo!("take the first item, if there is one")
    }

    /// As `pop`, and gives up when `timeout` is over; it may be zero, or `Duration::MAX`.
    pub fn pop_timeout(&self, timeout: Duration) -> Result<T, PopError> {
        todo!("take the first item that comes within {timeout:?}")
    }

    /// Lets no item in any more: who pushes fails, who pops gets what is left, and fails then.
    pub fn close(&self) {
        todo!("let nobody wait any longer")
    }
}
