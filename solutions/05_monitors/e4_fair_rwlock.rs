//! A ticket dispenser, as at a bakery: each request takes a number and waits for it. A reader passes its
//! turn on as soon as it is in, a writer as well, but who comes next then waits until it has left. The
//! tempting mistake is to let readers in whenever readers are in: then a writer waits for ever.

use crate::sync::{Condvar, Mutex, MutexGuard};

/// Admits readers together and writers alone, in the order of their arrival.
pub struct FairRwLock {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// The number that the next request takes.
    next: u64,
    /// The number whose turn it is.
    serving: u64,
    readers: usize,
    has_writer: bool,
}

impl State {
    fn takes_ticket(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }
}

impl FairRwLock {
    /// A lock that is free.
    pub fn new() -> FairRwLock {
        let state = State { next: 0, serving: 0, readers: 0, has_writer: false };
        FairRwLock { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Waits until all who came before have been let in, and no writer is in; enters as a reader.
    pub fn lock_shared(&self) {
        let mut state = self.lock();
        let ticket = state.takes_ticket();
        state = self.wait_while(state, |state| state.serving != ticket || state.has_writer);
        state.readers += 1;
        // The next one may be a reader, too.
        state.serving += 1;
        self.changed.notify_all();
    }

    /// A reader leaves.
    pub fn unlock_shared(&self) {
        let mut state = self.lock();
        state.readers -= 1;
        if state.readers == 0 {
            // Whose turn it is knows its number; we do not know whom to wake.
            self.changed.notify_all();
        }
    }

    /// Waits until all who came before have been let in, and nobody is in; enters as the writer.
    pub fn lock_exclusive(&self) {
        let mut state = self.lock();
        let ticket = state.takes_ticket();
        state = self.wait_while(state, |state| {
            state.serving != ticket || state.has_writer || state.readers > 0
        });
        state.has_writer = true;
        // The next one has its turn, and waits for the writer to leave.
        state.serving += 1;
    }

    /// Enters as the writer if that takes no waiting: nobody is in, and nobody waits.
    pub fn try_lock_exclusive(&self) -> bool {
        let mut state = self.lock();
        let is_free = state.serving == state.next && !state.has_writer && state.readers == 0;
        if is_free {
            state.has_writer = true;
        }
        is_free
    }

    /// The writer leaves.
    pub fn unlock_exclusive(&self) {
        self.lock().has_writer = false;
        self.changed.notify_all();
    }

    /// The writer becomes a reader; no other writer comes in between.
    pub fn downgrade(&self) {
        let mut state = self.lock();
        state.has_writer = false;
        state.readers = 1;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics with the lock")
    }

    fn wait_while<'a>(
        &self,
        state: MutexGuard<'a, State>,
        condition: impl Fn(&State) -> bool,
    ) -> MutexGuard<'a, State> {
        let waited = self.changed.wait_while(state, |state| condition(state));
        waited.expect("nothing panics with the lock")
    }
}

impl Default for FairRwLock {
    fn default() -> FairRwLock {
        FairRwLock::new()
    }
}
