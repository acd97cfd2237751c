//! A statement is several instructions, and between any two of them another frame may have its turn: what
//! was loaded is old by the time it is stored. The tempting mistake is to take `x += 1` for one step.

use crate::vm::{Code, Frame, Heap, Trap};

/// Runs two frames of `code` on one heap, by turns, and returns what x is in the end.
pub fn run_by_turns(code: &Code, turns: &[usize], heap: &Heap) -> Result<i64, Trap> {
    let mut frames = [Frame::new(code), Frame::new(code)];
    for &turn in turns {
        if !frames[turn].has_returned() {
            frames[turn].step(heap)?;
        }
    }
    for frame in &mut frames {
        while !frame.has_returned() {
            frame.step(heap)?;
        }
    }
    heap.global(0).ok_or(Trap::NoGlobal(0))
}

/// Turns by which two frames make 1 of an x that was 0.
pub fn lost_update() -> Vec<usize> {
    // Frame 1 loads 0, frame 0 does all it has to do, and frame 1 stores 0 + 1.
    vec![1, 0, 0, 0, 0, 1, 1, 1]
}
