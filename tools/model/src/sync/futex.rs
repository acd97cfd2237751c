//! The system call futex(2), as far as locks need it.

use std::cell::Cell;
use std::panic::Location;
use std::time::Duration;

use loom::sync::{Condvar, Mutex};

use super::AtomicU32;
use crate::check::Futex;
use crate::history;
use crate::step::Act;
use crate::thread::yield_now;

thread_local! {
    static BEHAVIOR: Cell<Futex> = const { Cell::new(Futex::Queues) };
    /// Numbers the waiters.
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

pub(crate) fn set_behavior(behavior: Futex) {
    BEHAVIOR.set(behavior);
}

/// One who waits.
struct Waiter {
    number: u64,
    word: *const AtomicU32,
    /// Whether a time-out may end the wait.
    timed: bool,
}

// SAFETY: the address only says which futex it is; nobody follows it.
unsafe impl Send for Waiter {}

loom::lazy_static! {
    /// In the order of arrival. Its lock makes the look at the word and the entry one step, as the
    /// lock of the kernel's hash bucket does.
    static ref QUEUE: (Mutex<Vec<Waiter>>, Condvar) = (Mutex::new(Vec::new()), Condvar::new());
}

/// Sleeps until a wake-up, if `word` holds `expected`.
#[track_caller]
pub fn futex_wait(word: &AtomicU32, expected: u32) {
    wait(word, expected, false);
}

/// As [`futex_wait`], and a time-out may end it at any moment: [`expire_timeouts`] does.
#[track_caller]
pub fn futex_wait_timeout(word: &AtomicU32, expected: u32, _timeout: Duration) {
    wait(word, expected, true);
}

/// Wakes at most `most` of those who wait for `word`, the first to come first. Returns how many.
#[track_caller]
pub fn futex_wake(word: &AtomicU32, most: u32) -> usize {
    let place = Location::caller();
    history::count(|calls| {
        calls.futex_wakes += 1;
        calls.most_to_wake = calls.most_to_wake.max(most);
    });
    if BEHAVIOR.get() == Futex::Spurious {
        history::note(place, Act::FutexWake(0));
        return 0;
    }
    let mut left = most;
    let woken = release(|waiter| {
        let is_meant = waiter.word == std::ptr::from_ref(word) && left > 0;
        left -= u32::from(is_meant);
        is_meant
    });
    history::note(place, Act::FutexWake(woken));
    woken
}

/// Lets every wait with a time-out return that is asleep now. A model calls it on a thread of its
/// own, so that time may run out at any moment. Returns how many there were.
#[track_caller]
pub fn expire_timeouts() -> usize {
    let place = Location::caller();
    let woken = release(|waiter| waiter.timed);
    history::note(place, Act::Expire(woken));
    woken
}

#[track_caller]
fn wait(word: &AtomicU32, expected: u32, timed: bool) {
    let place = Location::caller();
    history::count(|calls| calls.futex_waits += 1);
    history::note(place, Act::FutexWait(expected));
    if BEHAVIOR.get() == Futex::Spurious {
        yield_now();
        return;
    }
    let (queue, woken) = &*QUEUE;
    let mut waiters = queue.lock().expect("no model goes on after a panic");
    if word.peek() != expected {
        history::note(place, Act::FutexWaited("it holds another value: returns at once"));
        return;
    }
    let number = NEXT.replace(NEXT.get() + 1);
    waiters.push(Waiter { number, word, timed });
    while waiters.iter().any(|waiter| waiter.number == number) {
        waiters = woken.wait(waiters).expect("no model goes on after a panic");
    }
    history::note(place, Act::FutexWaited("wakes up"));
}

/// Takes those out of the queue who are `meant`, and counts them.
fn release(mut meant: impl FnMut(&Waiter) -> bool) -> usize {
    let (queue, woken) = &*QUEUE;
    let mut waiters = queue.lock().expect("no model goes on after a panic");
    let before = waiters.len();
    waiters.retain(|waiter| !meant(waiter));
    woken.notify_all();
    before - waiters.len()
}
