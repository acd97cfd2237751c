//! The third state remembers that somebody may sleep, so that an unlock without sleepers needs no
//! system call. The tempting mistake is to take the lock as merely locked after a sleep: whoever
//! still sleeps is then forgotten.

use std::ops::{Deref, DerefMut};

use crate::sync::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{AtomicU32, UnsafeCell, futex_wait, futex_wake};

/// Nobody holds the mutex.
const FREE: u32 = 0;
/// Somebody holds it, and nobody sleeps.
const LOCKED: u32 = 1;
/// Somebody holds it, and somebody may sleep.
const CONTENDED: u32 = 2;

/// A value that one thread at a time may use; who finds it in use sleeps.
pub struct FutexMutex<T> {
    state: AtomicU32,
    value: UnsafeCell<T>,
}

/// The right to use the value of a [`FutexMutex`]; the mutex is free again when it is dropped.
pub struct FutexGuard<'a, T> {
    mutex: &'a FutexMutex<T>,
}

// SAFETY: the mutex admits one thread at a time, so to share it is to hand the value from thread to
// thread; that needs `T: Send`, and no more.
unsafe impl<T: Send> Sync for FutexMutex<T> {}
// SAFETY: a shared guard gives out `&T` to several threads at once; that needs `T: Sync`.
unsafe impl<T: Sync> Sync for FutexGuard<'_, T> {}

impl<T> FutexMutex<T> {
    /// A mutex that is free.
    pub fn new(value: T) -> FutexMutex<T> {
        FutexMutex { state: AtomicU32::new(FREE), value: UnsafeCell::new(value) }
    }

    /// Takes the mutex; sleeps while another thread holds it.
    pub fn lock(&self) -> FutexGuard<'_, T> {
        // Acquire, here and below, pairs with the Release in `FutexGuard::drop`: we see all that the
        // last holder did. Relaxed where it fails: nothing is done with the value then.
        if self.state.compare_exchange(FREE, LOCKED, Acquire, Relaxed).is_err() {
            // Others may sleep beside us, so whoever has slept takes the mutex as contended: one
            // wake-up too many is harmless, one too few is not.
            while self.state.swap(CONTENDED, Acquire) != FREE {
                futex_wait(&self.state, CONTENDED);
            }
        }
        FutexGuard { mutex: self }
    }

    /// Takes the mutex if it is free; never waits.
    pub fn try_lock(&self) -> Option<FutexGuard<'_, T>> {
        // The orderings are those of `lock`.
        let taken = self.state.compare_exchange(FREE, LOCKED, Acquire, Relaxed).is_ok();
        taken.then(|| FutexGuard { mutex: self })
    }
}

impl<T> Deref for FutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard holds the mutex, so nobody else uses the value while it lives.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T> DerefMut for FutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`; and `&mut self` keeps the owner of the guard away.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T> Drop for FutexGuard<'_, T> {
    fn drop(&mut self) {
        // Release pairs with the Acquire of the next holder. First the unlock, then the wake-up: a
        // thread that wakes up sooner finds the mutex locked, and sleeps again.
        if self.mutex.state.swap(FREE, Release) == CONTENDED {
            futex_wake(&self.mutex.state, 1);
        }
    }
}
