//! A condition variable whose every wait and notification is a step of the history.

use std::fmt::{self, Debug, Formatter};
use std::panic::Location;
use std::ptr;
use std::sync::LockResult;
use std::time::Duration;

use super::mutex::MutexGuard;
use super::{futex, queue};
use crate::clock;
use crate::history;
use crate::step::Act;
use crate::thread::yield_now;

/// As [`std::sync::Condvar`]. Where futexes are [`crate::Futex::Spurious`], every wait returns at once; its time
/// is out where the clock was moved by so much meanwhile.
pub struct Condvar {
    /// Two of them never have the same address.
    _address: Box<u8>,
}

/// As [`std::sync::WaitTimeoutResult`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether the time has run out.
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

impl Condvar {
    /// A condition variable nobody waits for.
    pub fn new() -> Condvar {
        Condvar { _address: Box::new(0) }
    }

    /// Frees the mutex and sleeps until a notification, in one step; then takes the mutex again.
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        Ok(self.sleep(guard, None).0)
    }

    /// As [`Condvar::wait`], again and again while `condition` holds.
    #[track_caller]
    pub fn wait_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<MutexGuard<'a, T>> {
        while condition(&mut guard) {
            guard = self.sleep(guard, None).0;
        }
        Ok(guard)
    }

    /// As [`Condvar::wait`], and no longer than `timeout` by the clock of the model.
    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        timeout: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let (guard, is_over) = self.sleep(guard, Some(timeout));
        Ok((guard, WaitTimeoutResult(is_over)))
    }

    /// As [`Condvar::wait_while`], and no longer than `timeout` altogether.
    #[track_caller]
    pub fn wait_timeout_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        timeout: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let start = super::Instant::now();
        loop {
            if !condition(&mut guard) {
                return Ok((guard, WaitTimeoutResult(false)));
            }
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Ok((guard, WaitTimeoutResult(true)));
            }
            guard = self.sleep(guard, Some(left)).0;
        }
    }

    /// Wakes one of those who wait.
    #[track_caller]
    pub fn notify_one(&self) {
        self.notify(1);
    }

    /// Wakes all who wait.
    #[track_caller]
    pub fn notify_all(&self) {
        self.notify(u32::MAX);
    }

    #[track_caller]
    fn notify(&self, most: u32) {
        history::count(|calls| {
            calls.notifications += 1;
            calls.most_to_wake = calls.most_to_wake.max(most);
        });
        let woken = if futex::is_restless() { 0 } else { queue::wake(self.address(), most) };
        history::note(Location::caller(), Act::Notify(woken));
    }

    #[track_caller]
    fn sleep<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        timeout: Option<Duration>,
    ) -> (MutexGuard<'a, T>, bool) {
        let place = Location::caller();
        let begin = || {
            history::note(place, Act::Wait);
            history::count(|calls| calls.waits += 1);
        };
        let mutex = guard.mutex();
        let is_restless = futex::is_restless();
        let is_over = if is_restless {
            let start = clock::now();
            begin();
            drop(guard);
            yield_now();
            timeout.is_some_and(|timeout| clock::now() - start >= timeout)
        } else if timeout.is_some_and(|timeout| timeout.is_zero()) {
            drop(guard);
            true
        } else {
            let sleepers = queue::lock();
            queue::sleep(sleepers, self.address(), timeout, || {
                drop(guard);
                begin();
            })
        };
        history::note(
            place,
            Act::Waited(match (is_over, is_restless) {
                (true, _) => "the time is out",
                (false, true) => "wakes up for no reason",
                (false, false) => "is notified",
            }),
        );
        let guard = mutex.lock().expect("it is never an error");
        (guard, is_over)
    }

    fn address(&self) -> usize {
        ptr::from_ref(&*self._address).addr()
    }
}

impl Debug for Condvar {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Condvar { .. }")
    }
}

impl Default for Condvar {
    fn default() -> Condvar {
        Condvar::new()
    }
}
