//! The heart, beside the machine with the lock of exercise 15.3: the reference, so do not look at it yet.
#![expect(dead_code, unused_imports, reason = "a heart needs less than there is")]
#[path = "../../../solutions/15_gil/e3_blocking_section.rs"]
mod e3_blocking_section;
#[path = "../../../exercises/15_gil/src/given.rs"]
mod given;
#[path = "../../../exercises/15_gil/src/sync.rs"]
mod sync;
#[path = "../../../exercises/15_gil/src/vm/mod.rs"]
mod vm;
use e3_blocking_section::with_gil;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread::{spawn, yield_now};
use vm::{Code, Frame, Heap, Op, Trap};
// ANCHOR: main
static BEATS: AtomicU64 = AtomicU64::new(0);
static PYTHON: LazyLock<given::Interpreter> = LazyLock::new(|| {
    let heap = Heap::with_functions(&[0], vec![Box::new(long_call), Box::new(blocking)]);
    given::Interpreter::new(heap, &[])
});
fn long_call() {
    while !PYTHON.lock.is_wanted() {
        yield_now();
    }
    println!("in a call: the heart wants the lock, and has beaten {} times", BEATS.load(SeqCst));
}
fn blocking() {
    let before = BEATS.load(SeqCst);
    while BEATS.load(SeqCst) == before {
        yield_now();
    }
    println!("in a section: it has beaten");
}
fn main() -> Result<(), Trap> {
    let code = Code(vec![Op::Call(0), Op::Block(1), Op::LoadConst(0), Op::Return]);
    with_gil(&PYTHON, |gil| {
        spawn(|| while with_gil(&PYTHON, |_| BEATS.fetch_add(1, SeqCst)) < u64::MAX {});
        gil.eval(&mut Frame::new(&code)).map(|_| ())
    })
}
// ANCHOR_END: main
