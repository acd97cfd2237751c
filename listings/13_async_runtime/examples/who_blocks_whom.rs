//! A task waits, in three ways. How often does another one run meanwhile?

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::task::{spawn, spawn_blocking, yield_now};
use tokio::time::sleep;

// ANCHOR: main
const WAIT: Duration = Duration::from_millis(500);
static BEATS: AtomicU32 = AtomicU32::new(0);

async fn heart() {
    loop {
        BEATS.fetch_add(1, Relaxed);
        yield_now().await;
    }
}

async fn beats_during(name: &str, wait: impl Future<Output = ()> + Send + 'static) {
    let heart = spawn(heart());
    let waits = spawn(async {
        let before = BEATS.load(Relaxed);
        wait.await;
        BEATS.load(Relaxed) - before
    });
    let beats = waits.await.unwrap();
    heart.abort();
    println!("{name}: {}", if beats == 0 { "0 beats" } else { "beats" });
}

fn main() {
    let one = Builder::new_current_thread().enable_time().build().unwrap();
    one.block_on(beats_during("std's sleep", async { thread::sleep(WAIT) }));
    one.block_on(beats_during("tokio's sleep", async { sleep(WAIT).await }));
    let elsewhere = async { spawn_blocking(|| thread::sleep(WAIT)).await.unwrap() };
    one.block_on(beats_during("std's sleep, on another thread", elsewhere));
}
// ANCHOR_END: main
