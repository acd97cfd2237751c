//! Two attributes make it: other processes may use the mutex, and the kernel tells the next owner when
//! one has died. EOWNERDEAD is no failure: you have the lock. The tempting mistake is to declare the
//! mutex consistent before the value is; if the repair fails then, nobody learns of it.

use std::mem::{ManuallyDrop, MaybeUninit};

use nix::errno::Errno;
use nix::libc::{self, c_int};

pub use crate::given::{Guard, Locked, NotRecoverable, RobustMutex, Suspect};

impl<T> RobustMutex<T> {
    /// Makes the mutex, for all processes that have the memory it is in.
    ///
    /// # Errors
    ///
    /// Fails where the C library has no such mutexes.
    ///
    /// # Safety
    ///
    /// It is called once, before anybody else uses the lock.
    pub unsafe fn init(&self) -> nix::Result<()> {
        let mut attributes = MaybeUninit::uninit();
        let attributes = attributes.as_mut_ptr();
        // SAFETY: the attributes are made before they are used, and destroyed after. Nobody else uses
        // the mutex yet, says our caller.
        unsafe {
            succeeded(libc::pthread_mutexattr_init(attributes))?;
            let shared =
                libc::pthread_mutexattr_setpshared(attributes, libc::PTHREAD_PROCESS_SHARED);
            let robust = libc::pthread_mutexattr_setrobust(attributes, libc::PTHREAD_MUTEX_ROBUST);
            let made = succeeded(shared)
                .and_then(|()| succeeded(robust))
                .and_then(|()| succeeded(libc::pthread_mutex_init(self.raw.get(), attributes)));
            libc::pthread_mutexattr_destroy(attributes);
            made
        }
    }

    /// Waits, asleep, until the lock is free, and takes it.
    ///
    /// # Errors
    ///
    /// Fails for ever when somebody has dropped a [`Suspect`].
    ///
    /// # Panics
    ///
    /// Panics if the C library refuses for any other reason, of which a mutex of `init` gives none.
    pub fn lock(&self) -> Result<Locked<'_, T>, NotRecoverable> {
        // SAFETY: the mutex lives as long as `self`, and was made by `init`.
        match succeeded(unsafe { libc::pthread_mutex_lock(self.raw.get()) }) {
            // SAFETY: this thread has locked the mutex.
            Ok(()) => Ok(Locked::Clean(unsafe { Guard::new(self) })),
            // SAFETY: the error means that this thread has locked it, and that its owner died.
            Err(Errno::EOWNERDEAD) => Ok(Locked::OwnerDied(unsafe { Suspect::new(self) })),
            Err(Errno::ENOTRECOVERABLE) => Err(NotRecoverable),
            Err(errno) => panic!("cannot lock the mutex: {errno}"),
        }
    }

    /// Lets the next one in.
    ///
    /// # Safety
    ///
    /// The calling thread has the lock, and uses the value no more.
    unsafe fn unlock(&self) {
        // SAFETY: as our caller promises; so it cannot fail.
        unsafe { libc::pthread_mutex_unlock(self.raw.get()) };
    }
}

impl<'a, T> Suspect<'a, T> {
    /// Repairs the value by `fix`, and keeps the lock. A `fix` that panics has repaired nothing.
    pub fn repair(self, fix: impl FnOnce(&mut T)) -> Guard<'a, T> {
        // SAFETY: we have the lock, so nobody else uses the value.
        fix(unsafe { &mut *self.owned().value.get() });
        // A panic of `fix` has dropped `self`. From here on, the guard has its lock.
        let lock = ManuallyDrop::new(self).owned();
        // SAFETY: we have the lock, since its owner died: this is what the call asks for.
        unsafe { libc::pthread_mutex_consistent(lock.raw.get()) };
        // SAFETY: as above, and the suspect is gone.
        unsafe { Guard::new(lock) }
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        // SAFETY: the guard has the lock, is in the thread that took it, and ends here.
        unsafe { self.owned().unlock() };
    }
}

impl<T> Drop for Suspect<'_, T> {
    fn drop(&mut self) {
        // A mutex that is unlocked before it is consistent is lost, and the C library knows that. Of
        // those who wait already, glibc 2.36 wakes one, and one more at each `lock` from then on.
        // SAFETY: as for a guard.
        unsafe { self.owned().unlock() };
    }
}

/// The calls of POSIX threads return the number of an error, and leave `errno` alone.
fn succeeded(error: c_int) -> nix::Result<()> {
    if error == 0 { Ok(()) } else { Err(Errno::from_raw(error)) }
}
