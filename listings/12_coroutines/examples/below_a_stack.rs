//! A coroutine overflows its stack, below which there is no guard page.

use std::hint::black_box;

use corosensei::Coroutine;
use corosensei::stack::{Stack, StackPointer};

// ANCHOR: main
const SIZE: usize = 64 * 1024;
/// The upper half of some memory, which begins at this address.
struct Upper(usize);

// SAFETY: nobody else uses that half. There is no guard page: this is what the program is about.
unsafe impl Stack for Upper {
    fn base(&self) -> StackPointer {
        StackPointer::new(self.0 + 2 * SIZE).unwrap()
    }
    fn limit(&self) -> StackPointer {
        StackPointer::new(self.0 + SIZE).unwrap()
    }
}

/// Calls itself until it is below the address `end`, and returns how often.
fn recurse(end: usize) -> usize {
    let frame = black_box([1_usize; 128]);
    if (&raw const frame).addr() < end { 0 } else { frame[7] + recurse(end) }
}

fn main() {
    let low = Box::leak(vec![0_u128; 2 * SIZE / 16].into_boxed_slice()).as_mut_ptr();
    let end = low.addr() + SIZE - 2048;
    let mut body = Coroutine::<(), (), (), _>::with_stack(Upper(low.addr()), move |_, ()| {
        println!("more than ten calls deep? {}", recurse(end) > 10);
    });
    body.resume(());
    // SAFETY: the body has ended. What it has written to the lower half are numbers, too.
    let data = unsafe { std::slice::from_raw_parts(low, SIZE / 16) };
    println!("no error; are the data below its stack still 0? {}", data.iter().all(|&n| n == 0));
}
// ANCHOR_END: main
