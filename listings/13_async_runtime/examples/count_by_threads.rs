//! Two counters, as threads.

use std::thread;

// ANCHOR: main
fn count(name: &str) -> u32 {
    let mut sum = 0;
    for n in 1..=3 {
        println!("{name} {n}");
        sum += n;
        thread::yield_now();
    }
    sum
}

fn main() {
    let [a, b] = ["a", "b"].map(|name| thread::spawn(move || count(name)));
    println!("sum {}", a.join().unwrap() + b.join().unwrap());
}
// ANCHOR_END: main
