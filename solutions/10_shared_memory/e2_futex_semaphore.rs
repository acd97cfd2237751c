//! Two numbers, and each side changes its own before it looks at the other: who waits says so and then
//! looks at the count, as a part of `futex_wait`; who posts raises the count and then looks for waiters.
//! So one of the two sees the other.
//!
//! The tempting mistake is to believe that the order of the lines is enough. Each side writes one word
//! and reads another, which is the one case where Acquire and Release promise nothing: it takes a fence.

use std::time::Duration;

use crate::given::Shareable;
use crate::sync::Ordering::{Acquire, Relaxed, Release, SeqCst};
use crate::sync::{AtomicU32, Instant, fence, futex_wait, futex_wait_timeout, futex_wake};

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
        // Relaxed: whatever tells others of the semaphore orders it.
        self.count.store(permits, Relaxed);
    }

    /// Takes a permit; sleeps while there is none.
    pub fn wait(&self) {
        while !self.try_wait() {
            self.announced(|| futex_wait(&self.count, 0));
        }
    }

    /// Takes a permit if there is one; never waits.
    pub fn try_wait(&self) -> bool {
        // Acquire pairs with the Release in `post`. Relaxed where it fails: nothing depends on it.
        self.count.fetch_update(Acquire, Relaxed, |count| count.checked_sub(1)).is_ok()
    }

    /// Takes a permit, and waits for it as long as `timeout`. `false` if there is none then.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let start = Instant::now();
        // First the permit, then the clock: a wake-up may come together with the end of the time, and
        // its permit must not be left lying while others sleep.
        while !self.try_wait() {
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() {
                return false;
            }
            self.announced(|| futex_wait_timeout(&self.count, 0, left));
        }
        true
    }

    /// Adds a permit, and wakes one that sleeps, if there may be one. What was done before it is seen by
    /// who takes the permit. There are never more than `u32::MAX` permits.
    pub fn post(&self) {
        // Release pairs with the Acquire in `try_wait`.
        self.count.fetch_add(1, Release);
        // SeqCst, with the fence in `announced`: of the changes of `count` and `waiters` before the
        // fences, at least one is seen by the look behind the other fence.
        fence(SeqCst);
        // Relaxed: the fence is what orders it.
        if self.waiters.load(Relaxed) > 0 {
            futex_wake(&self.count, 1);
        }
    }

    /// Is one of the waiters while it sleeps.
    fn announced(&self, sleep: impl FnOnce()) {
        // Relaxed, here and below: the fence orders the first, and the second may be seen late. Then a
        // post calls the system for nobody.
        self.waiters.fetch_add(1, Relaxed);
        // SeqCst, with the fence in `post`; the look at `count` is a part of the sleep.
        fence(SeqCst);
        sleep();
        self.waiters.fetch_sub(1, Relaxed);
    }
}
