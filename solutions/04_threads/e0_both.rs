//! Two threads are enough for two closures, and the caller is one of them already.
//!
//! The tempting mistake is to wait as soon as there is something to wait for: `spawn(..).join()` is
//! a call that takes a detour through another thread.

use std::panic::resume_unwind;
use std::thread;

/// Runs `first` and `second` at the same time, and returns both results when both have ended.
///
/// Each has a thread of its own, and one of the two threads may be the caller's. Both may borrow
/// what the caller has.
///
/// # Panics
///
/// Panics where one of the two does, but not before the other has ended.
pub fn both<A: Send, B: Send>(
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B + Send,
) -> (A, B) {
    // The scope does not end before its threads have ended, not even by a panic of `second`. So
    // they may borrow what outlives the scope.
    thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        (first.join().unwrap_or_else(|payload| resume_unwind(payload)), second)
    })
}
