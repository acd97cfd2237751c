//! Supplied: programs of a tiny machine, for the explorer.

/// A register of a thread; each thread has 4, all 0 in the beginning.
pub type Reg = usize;
/// A place in the memory that all threads share.
pub type Addr = usize;

/// One step of one thread. Numbers wrap around.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Instr {
    /// Sets a register.
    Set(Reg, i64),
    /// Reads memory into a register.
    Load(Reg, Addr),
    /// Writes a register to memory.
    Store(Addr, Reg),
    /// Adds to a register.
    Add(Reg, i64),
    /// Swaps a register with memory, in one step.
    Xchg(Reg, Addr),
    /// `Cas(addr, expected, new, done)`, in one step: where memory equals the register `expected`, it
    /// becomes the register `new`, and the register `done` becomes 1; else `done` becomes 0.
    Cas(Addr, Reg, Reg, Reg),
    /// Goes on at another instruction, counted from 0, where the register is 0.
    JumpIfZero(Reg, usize),
    /// Goes on at another instruction.
    Jump(usize),
    /// Ends the thread. So does the end of the program, or a jump behind it.
    Halt,
}

/// What one thread does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Program(pub Vec<Instr>);
