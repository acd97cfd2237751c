//! The same numbers go to another thread, one by one and in batches: how often must it wait?

use std::sync::mpsc::sync_channel;
use std::{fs, thread};

// ANCHOR: main
const NUMBERS: usize = 20_000;

fn main() {
    let one_by_one = waits_for(1);
    let in_batches = waits_for(1_000);
    println!("one by one: {} waits or more: {}", NUMBERS / 10, one_by_one >= NUMBERS / 10);
    println!("in batches: fewer than a hundredth of that: {}", in_batches < one_by_one / 100);
}

/// How often two threads go to sleep, while the one hands all numbers to the other.
fn waits_for(batch: usize) -> usize {
    // Without room in between: each waits until the other is there.
    let (give, take) = sync_channel::<Vec<usize>>(0);
    thread::scope(|scope| {
        let taker = scope.spawn(|| {
            let before = waits();
            let sum: usize = take.into_iter().flatten().sum();
            assert_eq!(sum, NUMBERS);
            waits() - before
        });
        let before = waits();
        (0..NUMBERS / batch).for_each(|_| give.send(vec![1; batch]).unwrap());
        let ours = waits() - before;
        drop(give);
        ours + taker.join().unwrap()
    })
}

/// How often this thread has left a core of its own will.
fn waits() -> usize {
    let status = fs::read_to_string("/proc/thread-self/status").unwrap();
    let value = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
    value.unwrap().trim().parse().unwrap()
}
// ANCHOR_END: main
