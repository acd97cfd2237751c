//! Supplied: the types of exercise 10.5. What they do is yours to write.

use std::cell::UnsafeCell;
use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use nix::libc::pthread_mutex_t;

use super::Shareable;

/// A value in shared memory that one thread of one process at a time may use.
#[repr(C)]
pub struct RobustMutex<T> {
    /// The mutex of the C library.
    pub raw: UnsafeCell<pthread_mutex_t>,
    /// What it guards.
    pub value: UnsafeCell<T>,
}

// SAFETY: the lock admits one thread at a time, so to share it is to hand the value from thread to
// thread; that needs `T: Send`, and no more.
unsafe impl<T: Send> Sync for RobustMutex<T> {}

// SAFETY: zeros are a plain mutex. The pointers in a locked mutex are for its owner and the kernel;
// nobody else follows them.
unsafe impl<T: Shareable + Send> Shareable for RobustMutex<T> {}

impl<T> Debug for RobustMutex<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("RobustMutex { .. }")
    }
}

/// What `lock` returns: the lock is yours in both cases.
#[derive(Debug)]
pub enum Locked<'a, T> {
    /// The last owner has unlocked it.
    Clean(Guard<'a, T>),
    /// The last owner has died, perhaps in the middle of a change.
    OwnerDied(Suspect<'a, T>),
}

/// Somebody has given the value up, so nobody can have the lock any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotRecoverable;

/// The right to use the value. It stays in the thread that has locked, for nobody else may unlock.
pub struct Guard<'a, T> {
    lock: &'a RobustMutex<T>,
    /// A pointer is not `Send`.
    stays: PhantomData<*const ()>,
}

/// The lock of an owner that has died. It stays in its thread, too, and does not give out the value:
/// nobody knows what the owner has left.
pub struct Suspect<'a, T> {
    lock: &'a RobustMutex<T>,
    stays: PhantomData<*const ()>,
}

impl<'a, T> Guard<'a, T> {
    /// Says that the lock is had.
    ///
    /// # Safety
    ///
    /// The calling thread has the lock, and nothing else has this guard's right to it.
    pub unsafe fn new(lock: &'a RobustMutex<T>) -> Guard<'a, T> {
        Guard { lock, stays: PhantomData }
    }

    /// The lock that this is the guard of.
    pub fn owned(&self) -> &'a RobustMutex<T> {
        self.lock
    }
}

impl<'a, T> Suspect<'a, T> {
    /// Says that the lock is had.
    ///
    /// # Safety
    ///
    /// As for [`Guard::new`].
    pub unsafe fn new(lock: &'a RobustMutex<T>) -> Suspect<'a, T> {
        Suspect { lock, stays: PhantomData }
    }

    /// The lock whose owner has died.
    pub fn owned(&self) -> &'a RobustMutex<T> {
        self.lock
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard has the lock, so nobody else uses the value while it lives.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`; and `&mut self` keeps the owner of the guard away.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T> Debug for Guard<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Guard { .. }")
    }
}

impl<T> Debug for Suspect<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Suspect { .. }")
    }
}
