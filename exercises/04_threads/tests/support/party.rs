//! A place where threads wait for each other.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// After this time those who have come no longer wait. It is a safeguard, not a measure.
const PATIENCE: Duration = Duration::from_secs(3);

/// Nobody goes on from here before so many threads have come, or have failed to come.
pub struct Party {
    wanted: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    here: HashSet<ThreadId>,
    /// How many had come when somebody had waited long enough.
    given_up_at: Option<usize>,
}

impl Party {
    /// Of so many threads.
    pub fn of(wanted: usize) -> Party {
        Party { wanted, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Comes, and waits for the others. A thread may come again.
    pub fn attend(&self) {
        let mut state = self.state.lock().unwrap();
        state.here.insert(thread::current().id());
        self.changed.notify_all();
        let waits =
            |state: &mut State| state.here.len() < self.wanted && state.given_up_at.is_none();
        let (mut state, result) = self.changed.wait_timeout_while(state, PATIENCE, waits).unwrap();
        if result.timed_out() && state.given_up_at.is_none() {
            state.given_up_at = Some(state.here.len());
            self.changed.notify_all();
        }
    }

    /// How many threads have come in all.
    pub fn came(&self) -> usize {
        self.state.lock().unwrap().here.len()
    }

    /// How many of them have been here at the same time.
    pub fn met(&self) -> usize {
        let state = self.state.lock().unwrap();
        state.given_up_at.unwrap_or(state.here.len())
    }
}
