//! One thread counts up, and wakes only who sleeps. The other says that it sleeps, and does.

use model::sync::Ordering::{Acquire, Relaxed, Release, SeqCst};
use model::sync::{Arc, AtomicU32, fence, futex_wait, futex_wake};
use model::{Model, thread};

// ANCHOR: program
fn write(count: &AtomicU32, asleep: &AtomicU32, fence: impl Fn()) {
    count.store(1, Release);
    fence();
    if asleep.load(Relaxed) == 1 {
        asleep.store(0, Relaxed);
        futex_wake(asleep, 1);
    }
}

fn read(count: &AtomicU32, asleep: &AtomicU32, fence: impl Fn()) {
    while count.load(Acquire) == 0 {
        asleep.store(1, Relaxed);
        fence();
        if count.load(Relaxed) == 0 {
            futex_wait(asleep, 1);
        }
    }
}
// ANCHOR_END: program

fn main() {
    for (name, fence) in [("no fence", None), ("fences", Some(|| fence(SeqCst)))] {
        let outcome = Model::new().try_check(move || {
            let fence = move || fence.map_or((), |fence| fence());
            let [count, asleep] = [0, 0].map(|zero| Arc::new(AtomicU32::new(zero)));
            let theirs = (count.clone(), asleep.clone());
            let writer = thread::spawn(move || write(&theirs.0, &theirs.1, fence));
            read(&count, &asleep, fence);
            writer.join();
        });
        let outcome = outcome.map(|number| format!("right in all {number} interleavings"));
        println!("{name}: {}", outcome.unwrap_or_else(|wrong| wrong.to_string()));
    }
}
