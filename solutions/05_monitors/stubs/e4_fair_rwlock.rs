//! Readers together, writers alone, and everybody in the order of arrival.

use crate::sync::{Condvar, Mutex};

/// Admits readers and writers. A value and guards around it are another matter.
///
/// Requests are admitted in the order in which they were made; readers that follow each other in this
/// order are in at the same time. So nobody waits for ever while others come and go.
#[derive(Default)]
pub struct FairRwLock {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    // TODO: what must be known to decide whether somebody may enter?
}

impl FairRwLock {
    /// A lock that is free.
    pub fn new() -> FairRwLock {
        FairRwLock::default()
    }

    /// Waits until all who came before have been let in, and no writer is in; enters as a reader.
    pub fn lock_shared(&self) {
        todo!("wait by {:?} for {:?}", self.changed, self.state)
    }

    /// A reader leaves.
    pub fn unlock_shared(&self) {
        todo!("one reader less")
    }

    /// Waits until all who came before have been let in, and nobody is in; enters as the writer.
    pub fn lock_exclusive(&self) {
        todo!("wait to be the only one")
    }

    /// Enters as the writer if that takes no waiting: nobody is in, and nobody waits.
    pub fn try_lock_exclusive(&self) -> bool {
        todo!("be the only one, or go on")
    }

    /// The writer leaves.
    pub fn unlock_exclusive(&self) {
        todo!("no writer any more")
    }

    /// The writer becomes a reader; no other writer comes in between.
    pub fn downgrade(&self) {
        todo!("be one of the readers")
    }
}
