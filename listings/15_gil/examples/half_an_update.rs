//! Two threads of the supplied machine run `x += 1`. One is held up in the middle.

#![expect(dead_code, unused_imports, reason = "the machine has more than this needs")]
#[path = "../../../exercises/15_gil/src/vm/mod.rs"]
mod vm;

use vm::{Code, Frame, Heap, Trap};

// ANCHOR: main
fn run_to_its_end(frame: &mut Frame<'_>, heap: &Heap) -> Result<(), Trap> {
    while !frame.has_returned() {
        frame.step(heap)?;
    }
    Ok(())
}

fn main() -> Result<(), Trap> {
    let code = Code::x_plus_1();
    print!("{code}");

    let heap = Heap::new(&[0]);
    let (mut a, mut b) = (Frame::new(&code), Frame::new(&code));
    a.step(&heap)?;
    run_to_its_end(&mut b, &heap)?;
    println!("b has ended, x is {:?}", heap.global(0));
    run_to_its_end(&mut a, &heap)?;
    println!("a has ended, x is {:?}", heap.global(0));
    Ok(())
}
// ANCHOR_END: main
