//! The supplied `sync` of the chapter, with the futex calls counted.

#[path = "../../../exercises/07_primitives/src/sync.rs"]
#[expect(dead_code, unused_imports, reason = "a mutex needs less than there is")]
mod real;

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

pub use real::{AtomicU32, Ordering, UnsafeCell};

static WAITS: AtomicUsize = AtomicUsize::new(0);
static WAKES: AtomicUsize = AtomicUsize::new(0);

pub fn futex_wait(word: &AtomicU32, expected: u32) {
    WAITS.fetch_add(1, SeqCst);
    real::futex_wait(word, expected);
}

pub fn futex_wake(word: &AtomicU32, most: u32) -> usize {
    WAKES.fetch_add(1, SeqCst);
    real::futex_wake(word, most)
}

/// How often a thread has called `futex_wait` so far.
pub fn waits() -> usize {
    WAITS.load(SeqCst)
}

/// The calls so far, in words.
pub fn calls() -> String {
    format!("futex_wait {}, futex_wake {}", waits(), WAKES.load(SeqCst))
}
