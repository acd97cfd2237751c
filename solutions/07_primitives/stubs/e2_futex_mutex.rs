//! A mutex whose waiters sleep, and that needs no system call as long as nobody waits.

use std::ops::{Deref, DerefMut};

use crate::sync::{AtomicU32, UnsafeCell};

/// A value that one thread at a time may use; who finds it in use sleeps in `sync::futex_wait`.
pub struct FutexMutex<T> {
    /// 0: free. 1: locked. 2: locked, and somebody may sleep.
    state: AtomicU32,
    value: UnsafeCell<T>,
}

/// The right to use the value of a [`FutexMutex`]. The mutex is free again when it is dropped, also
/// when a panic drops it.
pub struct FutexGuard<'a, T> {
    mutex: &'a FutexMutex<T>,
}

// SAFETY: one thread at a time has the value, so it only goes from thread to thread.
unsafe impl<T: Send> Sync for FutexMutex<T> {}
// SAFETY: a shared guard gives out `&T`, and no more.
unsafe impl<T: Sync> Sync for FutexGuard<'_, T> {}

impl<T> FutexMutex<T> {
    /// A mutex that is free.
    pub fn new(value: T) -> FutexMutex<T> {
        FutexMutex { state: AtomicU32::new(0), value: UnsafeCell::new(value) }
    }

    /// Takes the mutex; sleeps while another thread holds it.
    pub fn lock(&self) -> FutexGuard<'_, T> {
        // TODO: take it, or say that you will sleep, and sleep.
        todo!("lock {:?}", self.state)
    }

    /// Takes the mutex if it is free; never waits.
    pub fn try_lock(&self) -> Option<FutexGuard<'_, T>> {
        todo!("lock {:?}, or leave it", self.state)
    }
}

impl<T> Deref for FutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        todo!("the value is in {:?}", self.mutex.value)
    }
}

impl<T> DerefMut for FutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        todo!("the value is in {:?}", self.mutex.value)
    }
}

impl<T> Drop for FutexGuard<'_, T> {
    fn drop(&mut self) {
        // TODO: free the mutex, and wake one sleeper if there may be one.
    }
}
