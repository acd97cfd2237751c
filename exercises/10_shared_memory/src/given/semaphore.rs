//! Supplied: a counting semaphore between processes. It calls `futex_wake` at every post; exercise 10.2
//! saves these calls.

use std::fmt::{self, Debug, Formatter};
use std::time::{Duration, Instant};

use super::Shareable;
use crate::sync::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{AtomicU32, futex_wait, futex_wait_timeout, futex_wake};

/// A number of permits in memory that processes share. Zeroed memory is one without permits.
#[repr(C)]
pub struct ProcSemaphore {
    permits: AtomicU32,
}

// SAFETY: an atomic number is all that it holds.
unsafe impl Shareable for ProcSemaphore {}

impl ProcSemaphore {
    /// Sets the number of permits. Call it once, before another process knows the semaphore.
    pub fn init(&self, permits: u32) {
        // Relaxed: what hands the memory to others orders it.
        self.permits.store(permits, Relaxed);
    }

    /// Takes a permit; sleeps while there is none.
    pub fn wait(&self) {
        while !self.try_wait() {
            futex_wait(&self.permits, 0);
        }
    }

    /// Takes a permit if there is one; never sleeps.
    pub fn try_wait(&self) -> bool {
        let one_less = |permits: u32| permits.checked_sub(1);
        // Acquire pairs with the Release of `post`. Relaxed where there is none: nothing follows.
        self.permits.fetch_update(Acquire, Relaxed, one_less).is_ok()
    }

    /// Takes a permit, and waits for it no longer than `timeout`; `false` if there was none by then.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let start = Instant::now();
        while !self.try_wait() {
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() {
                return false;
            }
            futex_wait_timeout(&self.permits, 0, left);
        }
        true
    }

    /// Gives a permit back, and wakes one who waits for it.
    pub fn post(&self) {
        // Release pairs with the Acquire of whoever takes this permit.
        self.permits.fetch_add(1, Release);
        futex_wake(&self.permits, 1);
    }
}

impl Debug for ProcSemaphore {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("ProcSemaphore { .. }")
    }
}
