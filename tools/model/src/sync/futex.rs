//! The system call futex(2), as far as locks need it.

use std::cell::Cell;
use std::panic::Location;
use std::ptr;
use std::time::Duration;

use super::{AtomicU32, queue};
use crate::check::Futex;
use crate::history;
use crate::step::Act;
use crate::thread::yield_now;

thread_local! {
    static BEHAVIOR: Cell<Futex> = const { Cell::new(Futex::Queues) };
}

pub(crate) fn set_behavior(behavior: Futex) {
    BEHAVIOR.set(behavior);
}

/// Whether every sleep ends at once.
pub(super) fn is_restless() -> bool {
    BEHAVIOR.get() == Futex::Spurious
}

/// Sleeps until a wake-up, if `word` holds `expected`.
#[track_caller]
pub fn futex_wait(word: &AtomicU32, expected: u32) {
    wait(word, expected, None);
}

/// As [`futex_wait`], and returns when the clock of the model has moved by `timeout`.
#[track_caller]
pub fn futex_wait_timeout(word: &AtomicU32, expected: u32, timeout: Duration) {
    wait(word, expected, Some(timeout));
}

/// Wakes at most `most` of those who wait for `word`. Returns how many.
#[track_caller]
pub fn futex_wake(word: &AtomicU32, most: u32) -> usize {
    history::count(|calls| {
        calls.futex_wakes += 1;
        calls.most_to_wake = calls.most_to_wake.max(most);
    });
    let woken = if is_restless() { 0 } else { queue::wake(address(word), most) };
    history::note(Location::caller(), Act::FutexWake(woken));
    woken
}

#[track_caller]
fn wait(word: &AtomicU32, expected: u32, timeout: Option<Duration>) {
    let place = Location::caller();
    history::count(|calls| calls.futex_waits += 1);
    history::note(place, Act::FutexWait(expected));
    if is_restless() {
        yield_now();
        return;
    }
    // The lock of the queue makes the look at the word and the entry one step.
    let sleepers = queue::lock();
    if word.peek() != expected {
        history::note(place, Act::FutexWaited("it holds another value: returns at once"));
        return;
    }
    let is_expired = queue::sleep(sleepers, address(word), timeout, || {});
    let how = if is_expired { "the time is out" } else { "wakes up" };
    history::note(place, Act::FutexWaited(how));
}

fn address(word: &AtomicU32) -> usize {
    ptr::from_ref(word).addr()
}
