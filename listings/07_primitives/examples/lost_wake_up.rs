//! One thread waits until another has finished, asleep.

use model::sync::Ordering::{Acquire, Release};
use model::sync::{Arc, AtomicU32, futex_wait, futex_wake};
use model::{Model, Rejection, thread};

// ANCHOR: program
/// Waits until `done` is 1. Who wants to sleep listens to `bell`.
fn wait(done: &AtomicU32, bell: &AtomicU32) {
    while done.load(Acquire) == 0 {
        futex_wait(bell, 0);
    }
}

fn finish(done: &AtomicU32, bell: &AtomicU32) {
    done.store(1, Release);
    futex_wake(bell, 1);
}
// ANCHOR_END: program

/// The words have the numbers 0 and 1. `bell` says which one is the bell.
fn check(bell: usize) -> Result<usize, Rejection> {
    Model::new().try_check(move || {
        let words = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
        let theirs = words.clone();
        let other = thread::spawn(move || finish(&theirs[0], &theirs[bell]));
        wait(&words[0], &words[bell]);
        other.join();
    })
}

fn main() {
    println!("{}", check(1).expect_err("the bell may ring too early"));
    let interleavings = check(0).expect("the futex looks at the word itself");
    println!("\nwhere `done` is the bell: right in all {interleavings} interleavings");
}
