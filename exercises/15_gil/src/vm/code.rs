//! What the machine runs.

use std::fmt::{self, Display, Formatter};

/// One instruction. Numbers wrap around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Pushes this number.
    LoadConst(i64),
    /// Pushes a global variable, by its number.
    LoadGlobal(usize),
    /// Pops a number into a global variable.
    StoreGlobal(usize),
    /// Pushes a local variable of the frame, by its number; it is 0 until something is stored.
    LoadLocal(usize),
    /// Pops a number into a local variable.
    StoreLocal(usize),
    /// Pops b, then a, and pushes a + b.
    Add,
    /// Pops b, then a, and pushes a - b.
    Sub,
    /// Goes on at another instruction, counted from 0.
    Jump(usize),
    /// Pops a number, and goes on at another instruction if it is 0.
    JumpIfZero(usize),
    /// Calls a function of the heap, by its number. All of it is one instruction.
    Call(usize),
    /// Asks who runs the frame to call a function of the heap that may block: [`Step::Block`].
    Block(usize),
    /// Pops a number: the result of the frame.
    Return,
}

/// What a frame runs; `{}` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code(pub Vec<Op>);

impl Code {
    /// Adds 1 to global variable 0, which the chapter calls x, and returns 0: 6 instructions.
    pub fn x_plus_1() -> Code {
        let x = 0;
        Code(vec![
            Op::LoadGlobal(x),
            Op::LoadConst(1),
            Op::Add,
            Op::StoreGlobal(x),
            Op::LoadConst(0),
            Op::Return,
        ])
    }

    /// Does `x += 1` so many times, and returns 0: 11 instructions a time, and 6 more.
    pub fn count(times: i64) -> Code {
        let (x, left) = (0, 0);
        Code(vec![
            Op::LoadConst(times),
            Op::StoreLocal(left),
            Op::LoadLocal(left), // 2: the loop begins
            Op::JumpIfZero(13),
            Op::LoadGlobal(x),
            Op::LoadConst(1),
            Op::Add,
            Op::StoreGlobal(x),
            Op::LoadLocal(left),
            Op::LoadConst(1),
            Op::Sub,
            Op::StoreLocal(left),
            Op::Jump(2), // its back edge
            Op::LoadConst(0),
            Op::Return,
        ])
    }
}

impl Display for Code {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(at, op)| {
            let text = format!("{op:?}").replace('(', " ").replace(')', "");
            writeln!(f, "{at:3}  {text}")
        })
    }
}
