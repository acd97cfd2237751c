//! A lock that waits awake: one flag, and the right ordering on each side.

use std::ops::{Deref, DerefMut};

use crate::sync::{AtomicBool, UnsafeCell};

/// A value that one thread at a time may use; who finds it in use waits without sleeping.
pub struct SpinLock<T> {
    locked: AtomicBool,
    value: UnsafeCell<T>,
}

/// The right to use the value of a [`SpinLock`]. The lock is free again when it is dropped, also when
/// a panic drops it.
pub struct SpinGuard<'a, T> {
    lock: &'a SpinLock<T>,
}

// SAFETY: TODO: none. For which `T` may several threads share the lock?
unsafe impl<T> Sync for SpinLock<T> {}
// SAFETY: TODO: none. For which `T` may several threads share a guard?
unsafe impl<T> Sync for SpinGuard<'_, T> {}

impl<T> SpinLock<T> {
    /// A lock that is free.
    pub fn new(value: T) -> SpinLock<T> {
        SpinLock { locked: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    /// Waits until the lock is free, and takes it. Each round of waiting calls `sync::spin_loop`, and
    /// after at most 100 rounds `sync::yield_now`: the holder may need this very processor.
    pub fn lock(&self) -> SpinGuard<'_, T> {
        // TODO: turn the flag from false to true, and see what the last holder did.
        todo!("take {:?}", self.locked)
    }

    /// Takes the lock if it is free; never waits.
    pub fn try_lock(&self) -> Option<SpinGuard<'_, T>> {
        todo!("take {:?}, or leave it", self.locked)
    }
}

impl<T> Deref for SpinGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        todo!("the value is in {:?}", self.lock.value)
    }
}

impl<T> DerefMut for SpinGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        todo!("the value is in {:?}", self.lock.value)
    }
}

impl<T> Drop for SpinGuard<'_, T> {
    fn drop(&mut self) {
        // TODO: free the lock.
    }
}
