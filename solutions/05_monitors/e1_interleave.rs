//! A state is all that decides the future: the memory, and of each thread its place and its registers.
//! Who has seen a state once need not go on from it again, so even programs that spin come to an end. The
//! tempting mistake is to forget a part of the state, and with it a future.

use std::collections::{BTreeMap, HashMap};

use crate::machine::{Instr, Program};

/// The registers of a thread.
const REGISTERS: usize = 4;

/// Which thread took each step.
pub type Schedule = Vec<usize>;

/// What can become of some programs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exploration {
    /// Each memory that there can be when all threads have ended, and one schedule that leads there.
    pub finals: BTreeMap<Vec<i64>, Schedule>,
    /// A schedule that leads to a state from which no schedule ends all threads; `None` if there is none.
    pub trapped: Option<Schedule>,
    /// How many states can be reached, the first one included.
    pub states: usize,
}

/// All that decides the future.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    memory: Vec<i64>,
    threads: Vec<Thread>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Thread {
    /// The next instruction.
    at: usize,
    registers: [i64; REGISTERS],
}

impl State {
    fn first(programs: &[Program], memory: &[i64]) -> State {
        State { memory: memory.to_vec(), threads: vec![Thread::default(); programs.len()] }
    }

    /// The next instruction of a thread, if it has not ended.
    fn next(&self, programs: &[Program], thread: usize) -> Option<Instr> {
        let instr = *programs.get(thread)?.0.get(self.threads[thread].at)?;
        (instr != Instr::Halt).then_some(instr)
    }

    /// Takes one step of a thread; a thread that has ended takes none.
    fn step(&mut self, programs: &[Program], thread: usize) {
        let Some(instr) = self.next(programs, thread) else { return };
        let memory = &mut self.memory;
        let Thread { at, registers } = &mut self.threads[thread];
        *at += 1;
        match instr {
            Instr::Set(reg, value) => registers[reg] = value,
            Instr::Load(reg, addr) => registers[reg] = memory[addr],
            Instr::Store(addr, reg) => memory[addr] = registers[reg],
            Instr::Add(reg, value) => registers[reg] = registers[reg].wrapping_add(value),
            Instr::Xchg(reg, addr) => std::mem::swap(&mut registers[reg], &mut memory[addr]),
            Instr::Cas(addr, expected, new, done) => {
                let equal = memory[addr] == registers[expected];
                if equal {
                    memory[addr] = registers[new];
                }
                registers[done] = i64::from(equal);
            }
            Instr::JumpIfZero(reg, to) if registers[reg] == 0 => *at = to,
            Instr::JumpIfZero(..) => {}
            Instr::Jump(to) => *at = to,
            Instr::Halt => unreachable!("`next` ends the thread before"),
        }
    }
}

/// A state that was found.
struct Found {
    state: State,
    /// The state from which it was found first, and the thread that took the step.
    way: Option<(usize, usize)>,
    /// The states that lead to it in one step.
    before: Vec<usize>,
}

/// Follows every interleaving of the programs, from this memory.
///
/// # Panics
///
/// Panics where an instruction names a register or an address that there is not.
pub fn explore(programs: &[Program], memory: &[i64]) -> Exploration {
    let first = State::first(programs, memory);
    let mut numbers = HashMap::from([(first.clone(), 0)]);
    let mut found = vec![Found { state: first, way: None, before: vec![] }];
    let mut ends = vec![];

    // The list is the queue of what is still to do; it grows while we walk along it.
    let mut current = 0;
    while current < found.len() {
        let mut has_ended = true;
        for thread in 0..programs.len() {
            if found[current].state.next(programs, thread).is_none() {
                continue;
            }
            has_ended = false;
            let mut state = found[current].state.clone();
            state.step(programs, thread);
            let number = *numbers.entry(state.clone()).or_insert_with(|| {
                found.push(Found { state, way: Some((current, thread)), before: vec![] });
                found.len() - 1
            });
            found[number].before.push(current);
        }
        if has_ended {
            ends.push(current);
        }
        current += 1;
    }

    let finals = ends.iter().map(|&end| (found[end].state.memory.clone(), schedule(&found, end)));
    let finals = finals.collect();
    // Backwards from the ends: what is never reached leads to none of them.
    let mut can_end = vec![false; found.len()];
    let mut pending = ends;
    while let Some(number) = pending.pop() {
        if !std::mem::replace(&mut can_end[number], true) {
            pending.extend(&found[number].before);
        }
    }
    let trapped = can_end.iter().position(|&can| !can).map(|trap| schedule(&found, trap));
    Exploration { finals, trapped, states: found.len() }
}

/// The schedule that leads to a state. It is put together here: one for each state would take memory for
/// all their lengths.
fn schedule(found: &[Found], mut number: usize) -> Schedule {
    let mut schedule = vec![];
    while let Some((before, thread)) = found[number].way {
        schedule.push(thread);
        number = before;
    }
    schedule.reverse();
    schedule
}

/// The memory after the steps of a schedule. A step of a thread that has ended, or that there is not,
/// changes nothing.
///
/// # Panics
///
/// As [`explore`].
pub fn replay(programs: &[Program], memory: &[i64], schedule: &[usize]) -> Vec<i64> {
    let mut state = State::first(programs, memory);
    for &thread in schedule {
        state.step(programs, thread);
    }
    state.memory
}
