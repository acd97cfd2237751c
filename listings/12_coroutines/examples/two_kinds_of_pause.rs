//! What a pause keeps: an enum, and a stack.

use corosensei::Coroutine;
use corosensei::stack::{DefaultStack, Stack};
use nix::libc;

/// How many KiB of this memory are there, by mincore(2).
fn touched(low: usize, high: usize) -> usize {
    let mut pages = vec![0_u8; (high - low).div_ceil(4096)];
    // SAFETY: there is a byte for each page; addresses that are not mapped are an error.
    let result = unsafe { libc::mincore(low as *mut _, high - low, pages.as_mut_ptr()) };
    assert_eq!(result, 0, "the pages are mapped");
    4 * pages.iter().filter(|&page| page & 1 == 1).count()
}

// ANCHOR: main
#[expect(dead_code, reason = "only its size is of interest")]
enum Countdown {
    Start { from: u32 },
    Paused { number: u32 },
    Done,
}

fn main() {
    println!("the state machine: {} bytes", size_of::<Countdown>());

    let stack = DefaultStack::new(64 * 1024).unwrap();
    let (low, high) = (stack.limit().get(), stack.base().get());
    println!("the stack with its guard page: {} KiB", (high - low) / 1024);
    println!("touched when it is new: {} KiB", touched(low, high));
    let mut paused = Coroutine::with_stack(stack, |yielder, ()| {
        (1..=3).rev().for_each(|number: u32| yielder.suspend(number));
    });
    paused.resume(());
    let touched = touched(low, high);
    println!("touched when it is paused: {}", if touched <= 8 { "at most 8 KiB" } else { "more" });
    while paused.resume(()).as_yield().is_some() {}
}
// ANCHOR_END: main
