//! Let threads wait, asleep, until somebody opens a gate.

use crate::sync::{Condvar, Mutex};

/// A gate that is opened once, and stays open.
pub struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    /// A gate that is closed.
    pub fn new() -> Gate {
        Gate { is_open: Mutex::new(false), opened: Condvar::new() }
    }

    /// Opens the gate, for all who wait and for all who come later.
    pub fn open(&self) {
        // TODO: change what the others look at, and tell them.
        todo!("open {:?}, tell by {:?}", self.is_open, self.opened)
    }

    /// Waits until the gate is open.
    pub fn pass(&self) {
        todo!("wait by {:?} for {:?}", self.opened, self.is_open)
    }
}

impl Default for Gate {
    fn default() -> Gate {
        Gate::new()
    }
}
