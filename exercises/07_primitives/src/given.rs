//! Supplied: a mutex for the condition variable to work with. It has two states and calls
//! `futex_wake` at every unlock; exercise 7.2 saves these calls.

use std::fmt::{self, Debug, Formatter};
use std::ops::{Deref, DerefMut};

use crate::sync::Ordering::{Acquire, Release};
use crate::sync::{AtomicU32, UnsafeCell, futex_wait, futex_wake};

const FREE: u32 = 0;
const LOCKED: u32 = 1;

/// A value that one thread at a time may use.
pub struct Mutex<T> {
    state: AtomicU32,
    value: UnsafeCell<T>,
}

/// The right to use the value of a [`Mutex`]; the mutex is free again when it is dropped.
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
}

// SAFETY: one thread at a time has the value, so it only goes from thread to thread.
unsafe impl<T: Send> Sync for Mutex<T> {}
// SAFETY: a shared guard gives out `&T`, and no more.
unsafe impl<T: Sync> Sync for MutexGuard<'_, T> {}

impl<T> Mutex<T> {
    /// A mutex that is free.
    pub fn new(value: T) -> Mutex<T> {
        Mutex { state: AtomicU32::new(FREE), value: UnsafeCell::new(value) }
    }

    /// Takes the mutex; sleeps while another thread holds it.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        // Acquire pairs with the Release of the unlock.
        while self.state.swap(LOCKED, Acquire) == LOCKED {
            futex_wait(&self.state, LOCKED);
        }
        MutexGuard { mutex: self }
    }
}

impl<T> Debug for Mutex<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Mutex { .. }")
    }
}

impl<'a, T> MutexGuard<'a, T> {
    /// The mutex that this guard holds.
    pub fn mutex(&self) -> &'a Mutex<T> {
        self.mutex
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard holds the mutex, so nobody else uses the value while it lives.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`; and `&mut self` keeps the owner of the guard away.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        // Release pairs with the Acquire of the next holder.
        self.mutex.state.store(FREE, Release);
        futex_wake(&self.mutex.state, 1);
    }
}
