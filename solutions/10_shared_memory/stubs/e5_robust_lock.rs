//! A lock in shared memory that tells its next owner when the last one has died.
//!
//! Three steps of tests: `step1` the lock, `step2` the death of an owner, `step3` what is not repaired.
//! The types are supplied: see `src/given/robust.rs`.

pub use crate::given::{Guard, Locked, NotRecoverable, RobustMutex, Suspect};

impl<T> RobustMutex<T> {
    /// Makes the mutex, for all processes that have the memory it is in. The value stays as it is.
    ///
    /// # Errors
    ///
    /// Fails where the C library has no such mutexes.
    ///
    /// # Safety
    ///
    /// It is called once, before anybody else uses the lock.
    pub unsafe fn init(&self) -> nix::Result<()> {
        // TODO: of a new mutex, what must the C library and the kernel know?
        todo!("make {:?}", self.raw)
    }

    /// Waits, asleep, until the lock is free, and takes it. A thread that has it already waits for ever,
    /// or panics: it gets no second guard. Tells when the last owner has died with it: it was killed, it
    /// ended, or another program took its place.
    ///
    /// # Errors
    ///
    /// Fails for ever when somebody has dropped a [`Suspect`].
    pub fn lock(&self) -> Result<Locked<'_, T>, NotRecoverable> {
        todo!("lock {:?}", self.raw)
    }
}

impl<'a, T> Suspect<'a, T> {
    /// Repairs the value by `fix`, and keeps the lock. From then on the lock is as any other.
    ///
    /// A `fix` that panics, or whose process dies, has repaired nothing. That is as if the `Suspect` was
    /// dropped, or as if one more owner died.
    pub fn repair(self, fix: impl FnOnce(&mut T)) -> Guard<'a, T> {
        todo!("repair {:?} by {} bytes of code", self.owned(), size_of_val(&fix))
    }
}

impl<T> Drop for Guard<'_, T> {
    /// Unlocks, also when a panic drops the guard.
    fn drop(&mut self) {
        // TODO: let the next one in.
    }
}

impl<T> Drop for Suspect<'_, T> {
    /// Unlocks and gives the value up: whoever locks from then on gets `NotRecoverable`.
    fn drop(&mut self) {
        // TODO: how does the C library learn that nobody will repair it?
    }
}
