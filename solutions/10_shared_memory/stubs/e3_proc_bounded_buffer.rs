//! The bounded buffer, between processes: slots in shared memory, and three semaphores.
//!
//! Three steps of tests: `step1` one process, `step2` several, `step3` moments that seldom come.

use std::cell::UnsafeCell;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use crate::given::{ProcSemaphore, Shareable, SharedCell};

/// The most bytes of a message.
pub const SLOT: usize = 240;

/// A queue of at most `N` messages, for any number of producers and consumers. `N` is 1 or more.
#[repr(C)]
pub struct Ring<const N: usize> {
    // TODO: of what does each have how many permits, in a ring that is empty?
    free: ProcSemaphore,
    used: ProcSemaphore,
    lock: ProcSemaphore,
    head: AtomicU32,
    tail: AtomicU32,
    lens: UnsafeCell<[u16; N]>,
    slots: UnsafeCell<[[u8; SLOT]; N]>,
}

// SAFETY: TODO: what keeps two processes out of the same slot?
unsafe impl<const N: usize> Sync for Ring<N> {}
// SAFETY: it holds numbers and semaphores; all zeros are valid.
unsafe impl<const N: usize> Shareable for Ring<N> {}

/// Why there is no message, or none was taken in. A call that fails has changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RingError {
    TooLong,
    TimedOut,
}

/// An empty ring in memory with a descriptor, so that unrelated programs can have it too.
pub fn create<const N: usize>() -> nix::Result<SharedCell<Ring<N>>> {
    todo!("a ring of {N} slots")
}

impl<const N: usize> Ring<N> {
    /// Puts a message at the end. It is `TooLong` at once, or waits, asleep, as long as it must.
    ///
    /// What it waits for may take `timeout` in all: zero is one look, [`Duration::MAX`] has no end.
    pub fn put(&self, msg: &[u8], timeout: Duration) -> Result<(), RingError> {
        todo!("{msg:?} {timeout:?} {:?} {:?} {:?}", self.free, self.tail, self.slots)
    }

    /// Takes the first message; waits as `put` does. Each is taken once, by one process.
    pub fn get(&self, timeout: Duration) -> Result<Vec<u8>, RingError> {
        todo!("{timeout:?} {:?} {:?} {:?} {:?}", self.used, self.lock, self.head, self.lens)
    }
}
