//! A thread reserves addresses for its stack, and gets memory for what it touches.

use std::sync::Barrier;
use std::{fs, thread};

// ANCHOR: main
const THREADS: usize = 200;
const MIB: usize = 1024;

fn main() {
    let before = ["VmSize:", "VmRSS:"].map(kib);
    let (all_there, all_seen) = (Barrier::new(THREADS + 1), Barrier::new(THREADS + 1));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                all_there.wait();
                all_seen.wait();
            });
        }
        all_there.wait();
        let after = ["VmSize:", "VmRSS:"].map(kib);
        all_seen.wait();
        println!("{THREADS} threads are alive at the same time");
        let (addresses, memory) = (after[0] - before[0], after[1] - before[1]);
        println!("addresses: {} MiB or more: {}", 2 * THREADS, addresses >= 2 * THREADS * MIB);
        println!("memory: less than {} MiB: {}", THREADS / 10, memory < THREADS / 10 * MIB);
    });
}

/// A number of the status of this process, in KiB.
fn kib(name: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let value = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    value.trim().trim_end_matches(" kB").parse().unwrap()
}
// ANCHOR_END: main
