//! Explore every interleaving of small programs: what can come out, and can they get stuck?

use std::collections::BTreeMap;

use crate::machine::Program;

/// Which thread took each step.
pub type Schedule = Vec<usize>;

/// What can become of some programs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exploration {
    /// Each memory that there can be when all threads have ended, and one schedule that leads there.
    pub finals: BTreeMap<Vec<i64>, Schedule>,
    /// A schedule that leads to a state from which no schedule ends all threads; `None` if there is none.
    pub trapped: Option<Schedule>,
    /// How many states can be reached, the first one included. A state is the memory, and of each thread
    /// the next instruction and the registers.
    pub states: usize,
}

/// Follows every interleaving of the programs, from this memory. One step is one instruction of one
/// thread; `Halt`, and the end of the program, is no step: the thread stays where it is.
///
/// # Panics
///
/// Panics where an instruction names a register or an address that there is not.
pub fn explore(programs: &[Program], memory: &[i64]) -> Exploration {
    // TODO: from each state, a step of each thread; and never twice from the same state.
    todo!("run {} programs from {memory:?}", programs.len())
}

/// The memory after the steps of a schedule. A step of a thread that has ended, or that there is not,
/// changes nothing.
///
/// # Panics
///
/// As [`explore`].
pub fn replay(programs: &[Program], memory: &[i64], schedule: &[usize]) -> Vec<i64> {
    todo!("run {} programs from {memory:?} by {schedule:?}", programs.len())
}
