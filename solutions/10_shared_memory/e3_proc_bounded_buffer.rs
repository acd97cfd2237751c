//! First wait for the slot, then for the lock: who waits for a slot while it has the lock keeps out the
//! one who would free it. A wait that times out half-way gives back what it took, and to forget that is
//! the tempting mistake.

use std::cell::UnsafeCell;
use std::time::{Duration, Instant};

use nix::errno::Errno;

use crate::given::{ProcSemaphore, Shareable, SharedCell};

/// The most bytes of a message.
pub const SLOT: usize = 240;

/// A queue of at most `N` messages, for any number of producers and consumers.
#[repr(C)]
pub struct Ring<const N: usize> {
    /// A permit for each slot that a producer may have.
    free: ProcSemaphore,
    /// A permit for each message that a consumer may take.
    used: ProcSemaphore,
    /// One permit, for whoever uses the slots.
    lock: ProcSemaphore,
    slots: UnsafeCell<Slots<N>>,
}

/// What the lock guards.
#[repr(C)]
struct Slots<const N: usize> {
    /// Where the first message is, from 0 to N - 1.
    head: usize,
    /// Where the next message goes, from 0 to N - 1.
    tail: usize,
    lens: [usize; N],
    bytes: [[u8; SLOT]; N],
}

// SAFETY: whoever uses the slots has the one permit of `lock`.
unsafe impl<const N: usize> Sync for Ring<N> {}

// SAFETY: it holds numbers and semaphores; all zeros are valid.
unsafe impl<const N: usize> Shareable for Ring<N> {}

/// Why there is no message, or none was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RingError {
    /// The message has more than [`SLOT`] bytes.
    TooLong,
    /// The timeout was over before there was a slot, or a message.
    TimedOut,
}

/// An empty ring in memory with a descriptor, so that unrelated programs can have it too.
///
/// # Errors
///
/// Fails where the system refuses the memory.
pub fn create<const N: usize>() -> nix::Result<SharedCell<Ring<N>>> {
    let slots = u32::try_from(N).map_err(|_| Errno::EINVAL)?;
    let ring = SharedCell::<Ring<N>>::memfd(c"ring")?;
    ring.free.init(slots);
    ring.used.init(0);
    ring.lock.init(1);
    Ok(ring)
}

impl<const N: usize> Ring<N> {
    /// Puts a message at the end, and waits for a free slot.
    ///
    /// # Errors
    ///
    /// Fails if the message is too long, and if there is no slot within `timeout`. Nothing is changed then.
    pub fn put(&self, msg: &[u8], timeout: Duration) -> Result<(), RingError> {
        if msg.len() > SLOT {
            return Err(RingError::TooLong);
        }
        self.take(&self.free, timeout)?;
        {
            // SAFETY: `take` has got us the lock, and this is the only reference until it is given back.
            let slots = unsafe { &mut *self.slots.get() };
            slots.bytes[slots.tail][..msg.len()].copy_from_slice(msg);
            slots.lens[slots.tail] = msg.len();
            slots.tail = (slots.tail + 1) % N;
        }
        self.lock.post();
        self.used.post();
        Ok(())
    }

    /// Takes the first message, and waits for one.
    ///
    /// # Errors
    ///
    /// Fails if there is no message within `timeout`. Nothing is changed then.
    pub fn get(&self, timeout: Duration) -> Result<Vec<u8>, RingError> {
        self.take(&self.used, timeout)?;
        let msg = {
            // SAFETY: as in `put`.
            let slots = unsafe { &mut *self.slots.get() };
            let msg = slots.bytes[slots.head][..slots.lens[slots.head]].to_vec();
            slots.head = (slots.head + 1) % N;
            msg
        };
        self.lock.post();
        self.free.post();
        Ok(msg)
    }

    /// Takes a permit, and then the lock: both, or none.
    fn take(&self, permits: &ProcSemaphore, timeout: Duration) -> Result<(), RingError> {
        let start = Instant::now();
        if !permits.wait_timeout(timeout) {
            return Err(RingError::TimedOut);
        }
        if !self.lock.wait_timeout(timeout.saturating_sub(start.elapsed())) {
            permits.post();
            return Err(RingError::TimedOut);
        }
        Ok(())
    }
}
