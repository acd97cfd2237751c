//! The flag is the whole lock: whoever turns it from false to true holds it. The tempting mistake is
//! to look at the flag first and to raise it after: between the two, another thread does the same.

use std::ops::{Deref, DerefMut};

use crate::sync::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{AtomicBool, UnsafeCell, spin_loop, yield_now};

/// How many rounds a waiting thread turns before it lets others have the processor.
const ROUNDS: u32 = 100;

/// A value that one thread at a time may use; who finds it in use waits without sleeping.
pub struct SpinLock<T> {
    locked: AtomicBool,
    value: UnsafeCell<T>,
}

/// The right to use the value of a [`SpinLock`]; the lock is free again when it is dropped.
pub struct SpinGuard<'a, T> {
    lock: &'a SpinLock<T>,
}

// SAFETY: the lock admits one thread at a time, so to share it is to hand the value from thread to
// thread; that needs `T: Send`, and no more.
unsafe impl<T: Send> Sync for SpinLock<T> {}

// SAFETY: a shared guard gives out `&T` to several threads at once; that needs `T: Sync`.
unsafe impl<T: Sync> Sync for SpinGuard<'_, T> {}

impl<T> SpinLock<T> {
    /// A lock that is free.
    pub fn new(value: T) -> SpinLock<T> {
        SpinLock { locked: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    /// Waits until the lock is free, and takes it.
    pub fn lock(&self) -> SpinGuard<'_, T> {
        let mut rounds = 0..ROUNDS;
        // Acquire pairs with the Release in `SpinGuard::drop`: we see all that the last holder did.
        while self.locked.swap(true, Acquire) {
            // Relaxed: this load only decides when to try again. It keeps the cache line shared
            // while others wait too, where every `swap` would take it away from them.
            while self.locked.load(Relaxed) {
                match rounds.next() {
                    Some(_) => spin_loop(),
                    // The holder may be waiting for this very processor.
                    None => yield_now(),
                }
            }
        }
        SpinGuard { lock: self }
    }

    /// Takes the lock if it is free; never waits.
    pub fn try_lock(&self) -> Option<SpinGuard<'_, T>> {
        // Acquire pairs with the Release in `SpinGuard::drop`. Relaxed where it fails: nothing is
        // done with the value then.
        let taken = self.locked.compare_exchange(false, true, Acquire, Relaxed).is_ok();
        // Only then a guard: one that is made and dropped would free the lock of another.
        taken.then(|| SpinGuard { lock: self })
    }
}

impl<T> Deref for SpinGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard holds the lock, so nobody else uses the value while it lives.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for SpinGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`; and `&mut self` keeps the owner of the guard away.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T> Drop for SpinGuard<'_, T> {
    fn drop(&mut self) {
        // Release pairs with the Acquire of the next holder.
        self.lock.locked.store(false, Release);
    }
}
