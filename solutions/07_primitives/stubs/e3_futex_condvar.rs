//! A condition variable on a futex: no notification gets lost between the unlock and the sleep.

use std::time::Duration;

use crate::given::MutexGuard;
use crate::sync::AtomicU32;

/// Lets threads that hold a mutex sleep until another thread says that something has changed.
pub struct FutexCondvar {
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
        // TODO: a guard knows its mutex: `guard.mutex()`.
        todo!("after {:?}, free the mutex {:?}", self.notifications, guard.mutex())
    }

    /// As `wait`, again and again while `condition` holds.
    pub fn wait_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> MutexGuard<'a, T> {
        todo!("wait if the condition is {}", condition(&mut guard))
    }

    /// As `wait`, and returns after `timeout` at the latest, once it has the mutex. Also returns
    /// whether a notification has come. It may return early, as `wait` may, so it looks at no clock.
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        timeout: Duration,
    ) -> (MutexGuard<'a, T>, bool) {
        todo!("free the mutex {:?}, and wait for {timeout:?}", guard.mutex())
    }

    /// Wakes one of the threads that wait, if there are any.
    pub fn notify_one(&self) {
        todo!("wake one, and count {:?}", self.notifications)
    }

    /// Wakes all threads that wait.
    pub fn notify_all(&self) {
        todo!("wake all, and count {:?}", self.notifications)
    }
}

impl Default for FutexCondvar {
    fn default() -> FutexCondvar {
        FutexCondvar::new()
    }
}
