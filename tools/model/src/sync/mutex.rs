//! A mutex whose every lock is a step of the history.

use std::fmt::{self, Debug, Formatter};
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::LockResult;

use crate::history;
use crate::step::{Act, Place};

/// As [`std::sync::Mutex`]. It is never poisoned: a panic ends the model. There is no `try_lock`: that of
/// loom 0.7 can block, and would reject right code as a deadlock.
pub struct Mutex<T> {
    inner: loom::sync::Mutex<T>,
    number: usize,
}

/// As [`std::sync::MutexGuard`].
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    /// Always there, but for the moment of the drop.
    inner: Option<loom::sync::MutexGuard<'a, T>>,
    place: Place,
}

impl<T> Mutex<T> {
    /// A mutex that is free.
    pub fn new(value: T) -> Mutex<T> {
        Mutex { inner: loom::sync::Mutex::new(value), number: history::add_cell() }
    }

    /// Waits until the mutex is free, and takes it. It is never an error.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let place = Location::caller();
        history::note(place, Act::Lock(self.number));
        let inner = self.inner.lock().expect("no model goes on after a panic");
        history::note(place, Act::Locked(self.number));
        Ok(MutexGuard { mutex: self, inner: Some(inner), place })
    }

    /// The value; who has the mutex alone needs no lock.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        Ok(self.inner.get_mut().expect("no model goes on after a panic"))
    }

    /// The value.
    pub fn into_inner(self) -> LockResult<T> {
        Ok(self.inner.into_inner().expect("no model goes on after a panic"))
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
        self.inner.as_ref().expect("the guard is not dropped yet")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.inner.as_mut().expect("the guard is not dropped yet")
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        history::note(self.place, Act::Unlock(self.mutex.number));
        self.inner = None;
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
