//! Two counters, as tasks of tokio, on two threads: each begins when the other does.

use std::sync::Barrier;

use tokio::runtime::Builder;
use tokio::task::{JoinError, spawn, yield_now};

static BOTH: Barrier = Barrier::new(2);

// ANCHOR: main
async fn count(name: &str) -> u32 {
    BOTH.wait();
    let mut sum = 0;
    for n in 1..=3 {
        println!("{name} {n}");
        sum += n;
        yield_now().await;
    }
    sum
}

fn main() -> Result<(), JoinError> {
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let sum = runtime.block_on(async {
        let [a, b] = ["a", "b"].map(|name| spawn(count(name)));
        Ok(a.await? + b.await?)
    })?;
    println!("sum {sum}");
    Ok(())
}
// ANCHOR_END: main
