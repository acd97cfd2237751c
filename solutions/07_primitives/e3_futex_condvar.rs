//! The counter tells whether a notification has come since the mutex was held: `futex_wait` sleeps
//! only if it has not. The tempting mistake is to read the counter after the unlock: a notification
//! in between is then old news, and the thread sleeps through it.

use std::time::Duration;

use crate::given::MutexGuard;
use crate::sync::Ordering::Relaxed;
use crate::sync::{AtomicU32, futex_wait, futex_wait_timeout, futex_wake};

/// Lets threads that hold a mutex sleep until another thread says that something has changed.
pub struct FutexCondvar {
    /// Counts the notifications, and wraps. A thread would sleep through 2³² of them, if all came
    /// between its unlock and its sleep.
    notifications: AtomicU32,
}

impl FutexCondvar {
    /// A condition variable nobody waits for.
    pub fn new() -> FutexCondvar {
        FutexCondvar { notifications: AtomicU32::new(0) }
    }

    /// Frees the mutex, sleeps until a notification, and takes the mutex again. A notification that
    /// comes after the mutex was freed is not missed. It may also return without one.
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        self.sleep(guard, |seen| futex_wait(&self.notifications, seen)).0
    }

    /// As `wait`, again and again while `condition` holds.
    pub fn wait_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> MutexGuard<'a, T> {
        while condition(&mut guard) {
            guard = self.wait(guard);
        }
        guard
    }

    /// As `wait`, and returns after `timeout` at the latest, once it has the mutex. Also returns
    /// whether a notification has come. It may return early, as `wait` may, so it looks at no clock.
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        timeout: Duration,
    ) -> (MutexGuard<'a, T>, bool) {
        self.sleep(guard, |seen| futex_wait_timeout(&self.notifications, seen, timeout))
    }

    /// Wakes one of the threads that wait, if there are any.
    pub fn notify_one(&self) {
        self.notify(1);
    }

    /// Wakes all threads that wait.
    pub fn notify_all(&self) {
        self.notify(u32::MAX);
    }

    /// Frees the mutex, sleeps by `sleep`, which gets the counter as it was under the mutex, and takes
    /// the mutex again. Also returns whether the counter has changed.
    fn sleep<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        sleep: impl FnOnce(u32),
    ) -> (MutexGuard<'a, T>, bool) {
        // Relaxed, here and in `notify`: who notifies has held the mutex after us, so its step comes
        // later than this load; and the mutex hands over the data.
        let seen = self.notifications.load(Relaxed);
        let mutex = guard.mutex();
        drop(guard);
        sleep(seen);
        let guard = mutex.lock();
        let is_notified = self.notifications.load(Relaxed) != seen;
        (guard, is_notified)
    }

    fn notify(&self, most: u32) {
        // First the step, then the wake-up: who is about to sleep sees the one or hears the other.
        self.notifications.fetch_add(1, Relaxed);
        futex_wake(&self.notifications, most);
    }
}

impl Default for FutexCondvar {
    fn default() -> FutexCondvar {
        FutexCondvar::new()
    }
}
