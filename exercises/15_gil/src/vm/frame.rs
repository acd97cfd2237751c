//! One thread of the machine, and what its instructions do.

use std::sync::atomic::Ordering::SeqCst;

use super::heap::Inside;
use super::{Code, Heap, Op, Trap};

/// What an instruction came to, where it did not trap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The next instruction is to run.
    Next,
    /// As `Next`; the instruction was a jump back, or a call: a *safe point* of newer interpreters.
    SafePoint,
    /// The function of this number is to be called, by [`Heap::call`]; then the next instruction is to run.
    Block(usize),
    /// The frame has returned this number. It runs no more.
    Return(i64),
}

/// One run of a code: what belongs to one thread alone.
#[derive(Debug, Clone)]
pub struct Frame<'c> {
    code: &'c Code,
    next: usize,
    stack: Vec<i64>,
    locals: Vec<i64>,
    has_returned: bool,
}

impl<'c> Frame<'c> {
    /// A frame before its first instruction.
    pub fn new(code: &'c Code) -> Frame<'c> {
        Frame { code, next: 0, stack: Vec::new(), locals: Vec::new(), has_returned: false }
    }

    /// Whether `Return` has run.
    pub fn has_returned(&self) -> bool {
        self.has_returned
    }

    /// Runs one instruction.
    ///
    /// # Errors
    ///
    /// The reason why it could not run.
    pub fn step(&mut self, heap: &Heap) -> Result<Step, Trap> {
        if self.has_returned {
            return Err(Trap::HasReturned);
        }
        let _inside = Inside::new(heap);
        let at = self.next;
        let op = *self.code.0.get(at).ok_or(Trap::NoInstruction(at))?;
        self.next += 1;
        match op {
            Op::LoadConst(number) => self.stack.push(number),
            Op::LoadGlobal(global) => {
                self.stack.push(heap.global(global).ok_or(Trap::NoGlobal(global))?);
            }
            Op::StoreGlobal(global) => {
                let place = heap.globals.get(global).ok_or(Trap::NoGlobal(global))?;
                place.store(self.pop()?, SeqCst);
            }
            Op::LoadLocal(local) => self.stack.push(self.locals.get(local).copied().unwrap_or(0)),
            Op::StoreLocal(local) => {
                let number = self.pop()?;
                let len = self.locals.len().max(local + 1);
                self.locals.resize(len, 0);
                self.locals[local] = number;
            }
            Op::Add | Op::Sub => {
                let (b, a) = (self.pop()?, self.pop()?);
                self.stack.push(if op == Op::Add { a.wrapping_add(b) } else { a.wrapping_sub(b) });
            }
            Op::Jump(to) => self.next = to,
            Op::JumpIfZero(to) => {
                if self.pop()? == 0 {
                    self.next = to;
                }
            }
            Op::Call(function) => heap.call(function)?,
            Op::Block(function) => return Ok(Step::Block(function)),
            Op::Return => {
                let number = self.pop()?;
                self.has_returned = true;
                return Ok(Step::Return(number));
            }
        }
        let is_safe = self.next <= at || matches!(op, Op::Call(_));
        Ok(if is_safe { Step::SafePoint } else { Step::Next })
    }

    fn pop(&mut self) -> Result<i64, Trap> {
        self.stack.pop().ok_or(Trap::EmptyStack)
    }
}
