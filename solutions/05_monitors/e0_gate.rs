//! The condition is data, and the condition variable only says that it may have changed: look, wait, look
//! again. The tempting mistake is to wait first, or to take the return of a wait for the condition.

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
        *self.is_open.lock().expect("nothing panics with the lock") = true;
        self.opened.notify_all();
    }

    /// Waits until the gate is open.
    pub fn pass(&self) {
        let mut is_open = self.is_open.lock().expect("nothing panics with the lock");
        while !*is_open {
            is_open = self.opened.wait(is_open).expect("nothing panics with the lock");
        }
    }
}

impl Default for Gate {
    fn default() -> Gate {
        Gate::new()
    }
}
