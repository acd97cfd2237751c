//! Counts the system calls of the mutex of exercise 7.2. (Its reference is used here: do not look.)

#[path = "../../../solutions/07_primitives/e2_futex_mutex.rs"]
#[expect(dead_code, reason = "this program never tries to lock")]
mod e2_futex_mutex;
#[path = "../counted/sync.rs"]
mod sync;

use std::thread;

use e2_futex_mutex::FutexMutex;
use sync::{calls, waits};

fn main() {
    let mutex = FutexMutex::new(0);
    for _ in 0..1_000 {
        *mutex.lock() += 1;
    }
    println!("1000 rounds of one thread: {}", calls());

    let guard = mutex.lock();
    thread::scope(|scope| {
        scope.spawn(|| *mutex.lock() += 1);
        // The other thread has found the mutex locked, and is about to sleep.
        while waits() == 0 {
            thread::yield_now();
        }
        drop(guard);
    });
    println!("a round that finds it locked: {}", calls());
}
