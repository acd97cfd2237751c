//! Two references to one object. A takes a third and gives it back; b gives its own back.

#![expect(dead_code, unused_imports, reason = "the machine has more than this needs")]
#[path = "../../../exercises/15_gil/src/vm/mod.rs"]
mod vm;

use vm::{Code, Frame, Heap, Op, Step, Trap};

// ANCHOR: main
const COUNT: usize = 0;

/// Adds 1 to the count of references, or subtracts 1.
fn change(op: Op) -> Code {
    let store = Op::StoreGlobal(COUNT);
    Code(vec![Op::LoadGlobal(COUNT), Op::LoadConst(1), op, store, Op::LoadConst(0), Op::Return])
}

fn main() -> Result<(), Trap> {
    let (take, give) = (change(Op::Add), change(Op::Sub));
    for b_is_held_up in [false, true] {
        let heap = Heap::new(&[2]);
        let finish = |mut frame: Frame<'_>| {
            while !matches!(frame.step(&heap)?, Step::Return(_)) {}
            Ok(())
        };
        let mut b = Frame::new(&give);
        if b_is_held_up {
            b.step(&heap)?; // It has read the count, and no more.
            finish(Frame::new(&take))?;
            finish(b)?;
        } else {
            finish(b)?;
            finish(Frame::new(&take))?;
        }
        print!("in use: 2, counted: {}; ", heap.global(COUNT).expect("it has a count"));
        finish(Frame::new(&give))?;
        let is_free = heap.global(COUNT) == Some(0);
        println!("in use: 1, {}", if is_free { "and it is freed" } else { "and it is kept" });
    }
    Ok(())
}
// ANCHOR_END: main
