//! One lock for the whole interpreter, which its holder gives up after so many instructions.

use std::num::NonZeroU32;

use crate::sync::{Condvar, Mutex};
use crate::vm::{Frame, Heap, Trap};

/// The lock of Python before 3.2: every so many ticks its holder lets go of it, and takes it again.
pub struct TickGil {
    check_interval: NonZeroU32,
    // TODO: what else does a `TickStats` need?
    is_held: Mutex<bool>,
    freed: Condvar,
}

/// The right to run instructions. The lock is free again when it is dropped, also when a panic drops it.
pub struct Held<'g> {
    gil: &'g TickGil,
    ticks_left: u32,
}

/// What has happened so far; asked while nobody holds the lock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TickStats {
    /// Ticks of all threads.
    pub instructions: u64,
    /// Ticks that let go of the lock.
    pub releases: u64,
    /// Those of them after which another thread had the lock before the one that had let go of it.
    pub handoffs: u64,
}

impl TickGil {
    /// A lock that is free.
    pub fn new(check_interval: NonZeroU32) -> TickGil {
        TickGil { check_interval, is_held: Mutex::new(false), freed: Condvar::new() }
    }
    /// Takes the lock; sleeps while another thread holds it.
    pub fn acquire(&self) -> Held<'_> {
        todo!("sleep by {:?} while {:?}", self.freed, self.is_held)
    }
    /// What has happened so far.
    pub fn stats(&self) -> TickStats {
        todo!("what has happened, with a check each {} ticks", self.check_interval)
    }
}
impl Held<'_> {
    /// Comes before each instruction. Each `check_interval`th tick of a `Held` lets go of the lock and takes it
    /// again, without a wait for others: they may be first, and need not be. The others touch no mutex.
    pub fn tick(&mut self) {
        todo!("{} ticks are left of {}", self.ticks_left, self.gil.check_interval)
    }
}
impl Drop for Held<'_> {
    fn drop(&mut self) {} // TODO: who waits?
}
/// Runs the frame to its end under the lock, what blocks included, and returns its number, or its trap.
pub fn eval(gil: &TickGil, frame: &mut Frame<'_>, heap: &Heap) -> Result<i64, Trap> {
    todo!("run {frame:?} on {heap:?} under {:p}", gil)
}
