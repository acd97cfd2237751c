//! Supplied: a small bytecode machine, without any lock.
//!
//! A thread has a [`Frame`]: its place in the code, its stack, its local variables. All threads share one
//! [`Heap`]: the global variables, and functions in Rust, as an interpreter has functions in C.
//! [`Frame::step`] runs one instruction. A statement is several: `x += 1` is
//!
//! ```text
//!   0  LoadGlobal 0
//!   1  LoadConst 1
//!   2  Add
//!   3  StoreGlobal 0
//! ```

mod code;
mod frame;
mod heap;
mod trap;

pub use code::{Code, Op};
pub use frame::{Frame, Step};
pub use heap::{Function, Heap};
pub use trap::Trap;
