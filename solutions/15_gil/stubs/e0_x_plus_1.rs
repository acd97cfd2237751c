//! Run two frames an instruction at a time, and find out what becomes of x.

use crate::vm::{Code, Heap, Trap};

/// Runs two frames of `code` on one heap, one instruction a turn, and returns what x, the global variable
/// 0, is in the end.
///
/// `turns` says whose turn it is, 0's or 1's. A frame that has returned lets its turn pass. After the last
/// turn frame 0 runs to its end, and then frame 1. The code calls nothing that blocks.
///
/// # Errors
///
/// The trap of a frame, and then nothing else runs; [`Trap::NoGlobal`] where the heap has no x.
///
/// # Panics
///
/// Panics where a turn is neither 0's nor 1's.
pub fn run_by_turns(code: &Code, turns: &[usize], heap: &Heap) -> Result<i64, Trap> {
    // TODO: make two frames (`Frame::new`), give each its turns (`Frame::step`), and let both end.
    todo!("run two frames of\n{code}by {turns:?} on {heap:?}")
}

/// Turns by which two frames of [`Code::x_plus_1`] make 1, and not 2, of an x that was 0.
pub fn lost_update() -> Vec<usize> {
    todo!("between which two instructions of frame 0 does frame 1 come?")
}
