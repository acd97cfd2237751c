//! Every outcome of two increments, and of two threads that each want two locks.

#[path = "../../../solutions/05_monitors/e1_interleave.rs"]
#[expect(dead_code, reason = "nothing is replayed here")]
mod e1_interleave;
#[path = "../../../exercises/05_monitors/src/machine.rs"]
#[expect(dead_code, reason = "these programs compare nothing")]
mod machine;

use e1_interleave::explore;
use machine::Instr::{Add, Jump, JumpIfZero, Load, Set, Store, Xchg};
use machine::Program;

// ANCHOR: programs
/// `x += 1`, with x at address 0.
fn increment() -> Program {
    Program(vec![Load(0, 0), Add(0, 1), Store(0, 0)])
}

/// Takes two locks, one after the other, and frees them. A lock that is taken holds 1.
fn with_both_locks(first: usize, second: usize) -> Program {
    let mut steps = vec![Set(1, 1), Xchg(1, first), JumpIfZero(1, 4), Jump(0)];
    steps.extend([Set(1, 1), Xchg(1, second), JumpIfZero(1, 8), Jump(4)]);
    steps.extend([Store(second, 1), Store(first, 1)]);
    Program(steps)
}
// ANCHOR_END: programs

fn main() {
    for (memory, schedule) in explore(&[increment(), increment()], &[0]).finals {
        println!("x = {} by the steps of the threads {schedule:?}", memory[0]);
    }
    let one_order = explore(&[with_both_locks(0, 1), with_both_locks(0, 1)], &[0, 0]);
    println!("locks in one order: trapped {:?}", one_order.trapped);
    let two_orders = explore(&[with_both_locks(0, 1), with_both_locks(1, 0)], &[0, 0]);
    println!("locks in two orders: trapped {:?}", two_orders.trapped);
}
