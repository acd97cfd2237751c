//! A counting semaphore in memory that processes share, without a system call where nobody waits.
//!
//! The tests go green in four steps: `step1` permits, `step2` sleep, `step3` time and `step4` processes.
//! `cargo test -p shared_memory --test e2_futex_semaphore step1` runs those of the first step.

use std::time::Duration;

use crate::given::Shareable;
use crate::sync::AtomicU32;

/// A number of permits, and who waits for one.
#[repr(C)]
pub struct ProcSemaphore {
    /// The permits that nobody has.
    count: AtomicU32,
    /// How many sleep, or are about to.
    waiters: AtomicU32,
}

// SAFETY: two atomic numbers are all that it holds.
unsafe impl Shareable for ProcSemaphore {}

impl ProcSemaphore {
    /// A semaphore without permits, as it lies in zeroed memory.
    pub fn zeroed() -> ProcSemaphore {
        ProcSemaphore { count: AtomicU32::new(0), waiters: AtomicU32::new(0) }
    }

    /// Sets the number of permits. It is called once, before others know the semaphore.
    pub fn init(&self, permits: u32) {
        todo!("{permits} permits in {:?}", self.count)
    }

    /// Takes a permit; sleeps in `sync::futex_wait` while there is none.
    pub fn wait(&self) {
        todo!("take one of {:?}, or be one of {:?}", self.count, self.waiters)
    }

    /// Takes a permit if there is one; never waits.
    pub fn try_wait(&self) -> bool {
        todo!("take one of {:?}", self.count)
    }

    /// Takes a permit, and waits for it as long as `timeout`. `false` if there is none then.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        todo!("take one of {:?} within {timeout:?}", self.count)
    }

    /// Adds a permit, and wakes one that sleeps, if there may be one. What was done before it is seen by
    /// who takes the permit. You may rely on it that there are never more than `u32::MAX` permits.
    pub fn post(&self) {
        // TODO: in which order do you touch the two numbers?
        todo!("add one to {:?}", self.count)
    }
}
