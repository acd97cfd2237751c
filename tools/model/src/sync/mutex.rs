//! A mutex whose every lock is a step of the history.

use std::fmt::{self, Debug, Formatter};
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use std::sync::{self, LockResult, TryLockError, TryLockResult};

use loom::sync::atomic::AtomicBool;
use loom::thread::{self, Thread};

use crate::history;
use crate::step::{Act, Place};

pub(super) const NO_PANIC: &str = "no model goes on after a panic";

/// As [`std::sync::Mutex`]. It is never poisoned: a panic ends the model.
///
/// It is not made from loom's, whose `try_lock` can block and would make right code a deadlock.
pub struct Mutex<T> {
    is_held: AtomicBool,
    /// Those who wait. They park; the one who frees the mutex unparks them all.
    waiters: sync::Mutex<Vec<Thread>>,
    /// Always free for the one who holds the mutex.
    value: sync::Mutex<T>,
    number: usize,
}

/// As [`std::sync::MutexGuard`].
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    /// Always there, but for the moment of the drop.
    value: Option<sync::MutexGuard<'a, T>>,
    place: Place,
}

impl<T> Mutex<T> {
    /// A mutex that is free.
    pub fn new(value: T) -> Mutex<T> {
        Mutex {
            is_held: AtomicBool::new(false),
            waiters: sync::Mutex::default(),
            value: sync::Mutex::new(value),
            number: history::add_cell(),
        }
    }

    /// Waits until the mutex is free, and takes it. It is never an error.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let place = Location::caller();
        history::count(|calls| calls.locks += 1);
        history::note(place, Act::Lock(self.number));
        while !self.take() {
            // No other thread runs between the look at `is_held` and the sleep.
            self.waiters.lock().expect(NO_PANIC).push(thread::current());
            thread::park();
        }
        Ok(self.guard(place))
    }

    /// Takes the mutex if it is free. The only error is [`TryLockError::WouldBlock`].
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        let place = Location::caller();
        history::count(|calls| calls.locks += 1);
        if self.take() {
            return Ok(self.guard(place));
        }
        history::note(place, Act::NotLocked(self.number));
        Err(TryLockError::WouldBlock)
    }

    /// The value; who has the mutex alone needs no lock.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        Ok(self.value.get_mut().expect(NO_PANIC))
    }

    /// The value.
    pub fn into_inner(self) -> LockResult<T> {
        Ok(self.value.into_inner().expect(NO_PANIC))
    }

    fn take(&self) -> bool {
        self.is_held.compare_exchange(false, true, Acquire, Relaxed).is_ok()
    }

    fn guard(&self, place: Place) -> MutexGuard<'_, T> {
        history::note(place, Act::Locked(self.number));
        MutexGuard { mutex: self, value: Some(self.value.lock().expect(NO_PANIC)), place }
    }
}

impl<'a, T> MutexGuard<'a, T> {
    /// The mutex that the guard holds.
    pub(super) fn mutex(&self) -> &'a Mutex<T> {
        self.mutex
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("the guard is not dropped yet")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("the guard is not dropped yet")
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        history::note(self.place, Act::Unlock(self.mutex.number));
        self.value = None;
        self.mutex.is_held.swap(false, AcqRel);
        for waiter in self.mutex.waiters.lock().expect(NO_PANIC).drain(..) {
            waiter.unpark();
        }
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Mutex<T> {
        Mutex::new(T::default())
    }
}

impl<T> Debug for Mutex<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Mutex { .. }")
    }
}

impl<T: Debug> Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Debug::fmt(&**self, f)
    }
}
