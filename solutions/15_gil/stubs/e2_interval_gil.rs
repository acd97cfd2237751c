//! The lock of CPython since 3.2: who waits asks for it, and who is asked hands it over.

use crate::sync::{AtomicBool, Condvar, Mutex};
use std::time::Duration;

/// A lock for an interpreter: one thread at a time has its turn, and who waits can ask for the next.
pub struct IntervalGil {
    // TODO: what else must be known, under this mutex, of the turn that has the lock?
    state: Mutex<IntervalStats>,
    freed: Condvar,
    taken: Condvar,
    asked: AtomicBool,
    interval: Duration,
}

/// The right to run bytecode. Its drop frees the lock, and waits for nobody.
pub struct Turn<'g>(&'g IntervalGil);

/// What has happened so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IntervalStats {
    /// How often the lock was got by another turn than the one that had it last; the first one counts.
    pub switches: u64,
    /// How many turns were asked to go: one that several ask, or that is asked again, is one.
    pub requests: u64,
    /// How often a turn that was asked has gone, and stayed out until another one had the lock.
    pub handover_waits: u64,
}

impl IntervalGil {
    /// A lock that is free.
    pub fn new(interval: Duration) -> IntervalGil {
        let (freed, taken, asked) = (Condvar::new(), Condvar::new(), AtomicBool::new(false));
        IntervalGil { state: Mutex::default(), freed, taken, asked, interval }
    }

    /// Sleeps until the lock is free, and takes it. Whenever this thread has waited for an interval, and one
    /// turn had the lock all the time, it asks that turn to go.
    pub fn acquire(&self) -> Turn<'_> {
        todo!("wait by {:?} and ask after {:?}", self.freed, self.interval)
    }

    /// What has happened so far.
    pub fn stats(&self) -> IntervalStats {
        todo!("look into {:?}", self.state)
    }
}

impl Turn<'_> {
    /// Call it between two instructions. Where nobody has asked this turn to go, it looks at an atomic alone.
    /// Else it frees the lock, sleeps until another turn has got it, and waits as `acquire` does: it asks, too.
    pub fn safe_point(&mut self) {
        todo!("look at {:?}; sleep by {:?}", self.0.asked, self.0.taken)
    }
}

impl Drop for Turn<'_> {
    // TODO: free the lock.
    fn drop(&mut self) {}
}
