//! What goes wrong.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

/// Why an instruction could not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trap {
    /// It pops a number, and the stack is empty.
    EmptyStack,
    /// There is no global variable of this number.
    NoGlobal(usize),
    /// There is no function of this number.
    NoFunction(usize),
    /// There is no instruction of this number.
    NoInstruction(usize),
    /// The frame has returned before.
    HasReturned,
}

impl Display for Trap {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Trap::EmptyStack => write!(f, "an instruction pops from an empty stack"),
            Trap::NoGlobal(number) => write!(f, "there is no global variable {number}"),
            Trap::NoFunction(number) => write!(f, "there is no function {number}"),
            Trap::NoInstruction(number) => write!(f, "there is no instruction {number}"),
            Trap::HasReturned => write!(f, "a frame that has returned runs no more"),
        }
    }
}

impl Error for Trap {}
