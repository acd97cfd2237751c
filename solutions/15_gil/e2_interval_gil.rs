//! Who waits measures the time, and asks; who holds the lock looks at one flag, and goes when it is asked.
//! The tempting mistake is to free the lock there and to take it again at once: the thread that was woken
//! needs some microseconds to get to it, and finds it taken. That was the convoy of the lock with ticks. So
//! who goes because it was asked stays out until another thread has come in.
//!
//! CPython waits for that also where a thread gives the lock up of its own accord, if it was asked before.

use std::time::Duration;

use crate::sync::Ordering::Relaxed;
use crate::sync::{AtomicBool, Condvar, Mutex, MutexGuard};

/// A lock for an interpreter: one thread at a time has its turn, and who waits can ask for the next one.
pub struct IntervalGil {
    state: Mutex<State>,
    freed: Condvar,
    taken: Condvar,
    asked: AtomicBool,
    interval: Duration,
}

#[derive(Debug, Default)]
struct State {
    is_held: bool,
    /// The turn that has the lock, or had it last.
    last: u64,
    turns: u64,
    stats: IntervalStats,
}

/// The right to run bytecode. The lock is free again when it is dropped.
pub struct Turn<'g> {
    gil: &'g IntervalGil,
    number: u64,
}

/// What has happened so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IntervalStats {
    /// How often another turn has got the lock than the one that had it last; the first one counts.
    pub switches: u64,
    /// How many holders were asked to go; however many ask the same one, and however often, it is one.
    pub requests: u64,
    /// How often a holder that was asked has gone, and stayed out until another turn had the lock.
    pub handover_waits: u64,
}

const NO_PANIC: &str = "nothing panics with the state in its hands";

impl IntervalGil {
    /// A lock that is free. Who has waited for `interval`, and has seen no switch, asks.
    pub fn new(interval: Duration) -> IntervalGil {
        IntervalGil {
            state: Mutex::default(),
            freed: Condvar::new(),
            taken: Condvar::new(),
            asked: AtomicBool::new(false),
            interval,
        }
    }

    /// Sleeps until the lock is free, and takes it. Asks the holder for it whenever `interval` has passed
    /// in which it had the lock, and this thread waited.
    pub fn acquire(&self) -> Turn<'_> {
        let mut state = self.state();
        state.turns += 1;
        let number = state.turns;
        self.take(state, number);
        Turn { gil: self, number }
    }

    /// What has happened so far.
    pub fn stats(&self) -> IntervalStats {
        self.state().stats
    }

    fn take(&self, mut state: MutexGuard<'_, State>, number: u64) {
        while state.is_held {
            let switches = state.stats.switches;
            let (woken, wait) = self.freed.wait_timeout(state, self.interval).expect(NO_PANIC);
            state = woken;
            // Who has come during the wait has had no interval yet, be it one that had the lock before.
            let is_same = state.is_held && state.stats.switches == switches;
            // Relaxed, here and below: the flag is set and lowered under the mutex.
            if wait.timed_out() && is_same && !self.asked.swap(true, Relaxed) {
                state.stats.requests += 1;
            }
        }
        state.is_held = true;
        // The request was made to the last holder. So a raised flag says that somebody waits.
        self.asked.store(false, Relaxed);
        if state.last != number {
            state.last = number;
            state.stats.switches += 1;
        }
        self.taken.notify_one();
    }

    fn free(&self, state: &mut State) {
        state.is_held = false;
        self.freed.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect(NO_PANIC)
    }
}

impl Turn<'_> {
    /// Call it between two instructions. Where nobody asks, it is one load of an atomic, and touches no mutex.
    /// Where somebody does, it frees the lock, stays out until another turn has got it, and waits for
    /// it again, as [`IntervalGil::acquire`] does.
    pub fn safe_point(&mut self) {
        // Relaxed: what follows looks at the state under its mutex. The holder has lowered the flag itself,
        // so it cannot see a request that is older than its turn.
        if self.gil.asked.load(Relaxed) {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let mut state = self.gil.state();
        self.gil.free(&mut state);
        state.stats.handover_waits += 1;
        // Somebody waits, for the flag is up; so the end of this wait is near.
        let mine = |state: &mut State| state.last == self.number;
        let state = self.gil.taken.wait_while(state, mine).expect(NO_PANIC);
        self.gil.take(state, self.number);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.gil.free(&mut self.gil.state());
    }
}
