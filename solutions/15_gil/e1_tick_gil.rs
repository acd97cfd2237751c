//! Between two instructions nothing is half done, so there the lock may change hands: let go, tell one who
//! waits, take it again. Who is first is up to the system. The tempting mistake is to let go without a
//! moment in which another could take it: then all is counted, and nothing ever changes hands.

use std::num::NonZeroU32;

use crate::sync::{Condvar, Mutex, MutexGuard};
use crate::vm::{Frame, Heap, Step, Trap};

/// The lock of Python before 3.2: every so many ticks its holder lets go of it, and takes it again.
pub struct TickGil {
    check_interval: NonZeroU32,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_held: bool,
    /// How often the lock was taken: tells whether somebody had it in between.
    turns: u64,
    stats: TickStats,
}

/// The right to run instructions. The lock is free again when it is dropped.
pub struct Held<'g> {
    gil: &'g TickGil,
    ticks_left: u32,
}

/// What has happened so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TickStats {
    /// Ticks of all threads.
    pub instructions: u64,
    /// Ticks that let go of the lock.
    pub releases: u64,
    /// Those of them after which another thread had the lock first.
    pub handoffs: u64,
}

impl TickGil {
    /// A lock that is free.
    pub fn new(check_interval: NonZeroU32) -> TickGil {
        TickGil { check_interval, state: Mutex::new(State::default()), freed: Condvar::new() }
    }

    /// Takes the lock; sleeps while another thread holds it.
    pub fn acquire(&self) -> Held<'_> {
        drop(self.take());
        Held { gil: self, ticks_left: self.check_interval.get() }
    }

    /// What has happened; a holder's last ticks count when it lets go.
    pub fn stats(&self) -> TickStats {
        self.lock().stats
    }

    fn take(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        while state.is_held {
            state = self.freed.wait(state).expect(NO_PANIC);
        }
        state.is_held = true;
        state.turns += 1;
        state
    }

    /// Lets go, after so many ticks; returns how often the lock was taken until then.
    fn free(&self, ticks: u32) -> u64 {
        let mut state = self.lock();
        state.is_held = false;
        state.stats.instructions += u64::from(ticks);
        let turns = state.turns;
        drop(state);
        // One can take it. Who comes too late sleeps again, and the next one who lets go tells another.
        self.freed.notify_one();
        turns
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect(NO_PANIC)
    }
}

const NO_PANIC: &str = "no instruction runs with the mutex, so none panics with it";

impl Held<'_> {
    /// Comes before each instruction; each `check_interval`th lets go of the lock and takes it again.
    pub fn tick(&mut self) {
        self.ticks_left -= 1;
        if self.ticks_left > 0 {
            return;
        }
        let interval = self.gil.check_interval.get();
        let before = self.gil.free(interval);
        let mut state = self.gil.take();
        state.stats.releases += 1;
        state.stats.handoffs += u64::from(state.turns > before + 1);
        self.ticks_left = interval;
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.gil.free(self.gil.check_interval.get() - self.ticks_left);
    }
}

/// Runs the frame to its end under the lock, and returns what it returns, or its trap.
pub fn eval(gil: &TickGil, frame: &mut Frame<'_>, heap: &Heap) -> Result<i64, Trap> {
    // Its drop frees the lock, however this ends.
    let mut held = gil.acquire();
    loop {
        held.tick();
        match frame.step(heap)? {
            Step::Next | Step::SafePoint => {}
            Step::Block(function) => heap.call(function)?,
            Step::Return(number) => return Ok(number),
        }
    }
}
