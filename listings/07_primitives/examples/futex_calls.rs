//! Counts the system calls of a mutex: the reference of exercise 7.2, so do not look at it yet.

#[path = "../../../solutions/07_primitives/e2_futex_mutex.rs"]
#[expect(dead_code, reason = "this program never tries to lock")]
mod e2_futex_mutex;
#[path = "../../../exercises/07_primitives/src/sync.rs"]
#[expect(dead_code, unused_imports, reason = "a mutex needs less than there is")]
mod real;

/// What the mutex takes for `sync`: WAITS and WAKES count the calls.
mod sync {
    pub use crate::real::*;
    pub static WAITS: AtomicUsize = AtomicUsize::new(0);
    pub static WAKES: AtomicUsize = AtomicUsize::new(0);
    pub fn futex_wait(word: &AtomicU32, expected: u32) {
        WAITS.fetch_add(1, Ordering::SeqCst);
        crate::real::futex_wait(word, expected);
    }
    pub fn futex_wake(word: &AtomicU32, most: u32) -> usize {
        WAKES.fetch_add(1, Ordering::SeqCst);
        crate::real::futex_wake(word, most)
    }
}
use sync::{Ordering::SeqCst, WAITS, WAKES, yield_now};

// ANCHOR: main
fn main() {
    let mutex = e2_futex_mutex::FutexMutex::new(0);
    (0..1_000).for_each(|_| *mutex.lock() += 1);
    println!("1000 rounds of one thread: {WAITS:?} waits, {WAKES:?} wake-ups");
    let guard = mutex.lock();
    std::thread::scope(|scope| {
        scope.spawn(|| *mutex.lock() += 1);
        // The other thread finds the mutex locked, and is about to sleep.
        while WAITS.load(SeqCst) == 0 {
            yield_now();
        }
        drop(guard);
    });
    println!("a round that finds it locked: {WAITS:?} waits, {WAKES:?} wake-ups");
}
// ANCHOR_END: main
