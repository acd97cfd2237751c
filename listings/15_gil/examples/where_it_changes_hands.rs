//! Two threads of the machine count to a thousand each, under two rules for the lock.

#![expect(dead_code, unused_imports, reason = "the machine has more than this needs")]
#[path = "../../../exercises/15_gil/src/vm/mod.rs"]
mod vm;

use vm::{Code, Frame, Heap, Op, Step, Trap};

/// As `Code::count`, and between the load of x and its store there is a call.
fn count_by_calls(times: i64) -> Code {
    let mut ops = Code::count(times).0;
    ops.insert(5, Op::Call(0));
    ops[3] = Op::JumpIfZero(14);
    Code(ops)
}

// ANCHOR: main
/// Runs two frames. The lock changes hands wherever it may; returns how many updates of x got lost.
fn lost(code: &Code, may_change_hands: fn(Step) -> bool) -> Result<i64, Trap> {
    let heap = Heap::with_functions(&[0], vec![Box::new(|| {})]);
    let mut frames = [Frame::new(code), Frame::new(code)];
    let mut holder = 0;
    while frames.iter().any(|frame| !frame.has_returned()) {
        let step = frames[holder].step(&heap)?;
        if matches!(step, Step::Return(_)) || may_change_hands(step) {
            holder = (0..2)
                .find(|&other| other != holder && !frames[other].has_returned())
                .unwrap_or(holder);
        }
    }
    Ok(2_000 - heap.global(0).expect("the heap has x"))
}

fn main() -> Result<(), Trap> {
    for (name, code) in [("x += 1", Code::count(1_000)), ("x += one()", count_by_calls(1_000))] {
        println!("{name}");
        println!("  after any instruction: {} lost", lost(&code, |_| true)?);
        println!("  at safe points: {} lost", lost(&code, |step| step == Step::SafePoint)?);
    }
    Ok(())
}
// ANCHOR_END: main
