//! Two counters, as tasks of the runtime of exercise 13.4: the reference, so do not look at it yet.

#![expect(dead_code, unused_imports, reason = "two counters need less than there is")]
#[path = "../../../solutions/13_async_runtime/e4_reactor.rs"]
mod e4_reactor;
#[path = "../../../exercises/13_async_runtime/src/given.rs"]
mod given;

use e4_reactor::{run, spawn};
use given::yield_now;

// ANCHOR: main
async fn count(name: &str) -> u32 {
    let mut sum = 0;
    for n in 1..=3 {
        println!("{name} {n}");
        sum += n;
        yield_now().await;
    }
    sum
}

fn main() {
    let sum = run(async {
        let [a, b] = ["a", "b"].map(|name| spawn(count(name)));
        a.await + b.await
    });
    println!("sum {sum}");
}
// ANCHOR_END: main
