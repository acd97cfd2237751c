//! Two counters, as coroutines with a stack of their own.

use std::collections::VecDeque;

use corosensei::{Coroutine, CoroutineResult, Yielder};

// ANCHOR: main
fn count(name: &str, yielder: &Yielder<(), ()>) -> u32 {
    let mut sum = 0;
    for n in 1..=3 {
        println!("{name} {n}");
        sum += n;
        yielder.suspend(());
    }
    sum
}

fn main() {
    let mut ready = VecDeque::from(
        ["a", "b"].map(|name| Coroutine::new(move |yielder, ()| count(name, yielder))),
    );
    let mut sum = 0;
    while let Some(mut next) = ready.pop_front() {
        match next.resume(()) {
            CoroutineResult::Yield(()) => ready.push_back(next),
            CoroutineResult::Return(part) => sum += part,
        }
    }
    println!("sum {sum}");
}
// ANCHOR_END: main
