//! Exercise 4.0: `threads::e0_both`.

#[path = "support/tasks.rs"]
mod tasks;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::{Pid, gettid};
use threads::e0_both::both;

#[grade::test(hint = "what does `join` return, and for which of the two?")]
fn both_results_come_back() {
    assert_eq!(both(|| 1, || "two"), (1, "two"));
    assert_eq!(both(|| "one".to_owned(), || [2.0; 2]), ("one".to_owned(), [2.0; 2]));
    // It can go to another thread, but nobody can look at it from two.
    let (cell, ()) = both(|| Cell::new(3), || ());
    assert_eq!(cell.get(), 3);
}

#[grade::test(
    census = true,
    timeout_ms = 3_000,
    hint = "each closure waits until the other one runs too:\n\
            what must have begun before you wait for anything?"
)]
fn both_run_at_the_same_time() {
    let meeting = Barrier::new(2);
    for _ in 0..3 {
        let meet = || meeting.wait().is_leader();
        let (first, second) = both(meet, meet);
        assert!(first != second, "one of the two closures came last to the meeting");
    }
}

#[grade::test(hint = "which threads end, for the compiler too, before their caller goes on?")]
fn both_may_borrow_from_the_caller() {
    let mut numbers = vec![1, 2, 3, 4];
    let (left, right) = numbers.split_at_mut(2);
    let names = String::from("left right");
    let (first, second) = both(
        || {
            left.reverse();
            &names[..4]
        },
        || {
            right.reverse();
            &names[5..]
        },
    );
    assert_eq!((first, second), ("left", "right"));
    assert_eq!(numbers, [2, 1, 4, 3]);
}

#[grade::test(
    panics_ok = true,
    hint = "a thread that panics has no result: what does `join` say then, and who hears of it?"
)]
fn a_panic_of_either_is_a_panic_of_the_call() {
    for (first, second) in [(false, false), (true, false), (false, true), (true, true)] {
        let act = |panics: bool| move || assert!(!panics, "this test panics here");
        let result = catch_unwind(|| both(act(first), act(second)));
        assert!(
            result.is_err() == (first || second),
            "the first closure panics: {first}, the second: {second}, and so the call: {}",
            result.is_err()
        );
    }
}

/// After this time a closure counts as one that nobody calls. It is a safeguard, not a measure.
const PATIENCE: Duration = Duration::from_secs(3);

/// Calls `both` with a closure that panics and one that goes on for a while after that, and tells
/// whether the call came back before the second had ended.
fn came_back_early(call: impl Fn(&(dyn Fn() + Sync), &(dyn Fn() + Sync))) -> bool {
    let caller = gettid();
    let panicking = AtomicI32::new(0);
    let [has_begun, has_ended, is_over, alone] = [const { AtomicBool::new(false) }; 4];
    let wait_until = |done: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !done() && !alone.load(SeqCst) {
            alone.fetch_or(start.elapsed() > PATIENCE, SeqCst);
            thread::yield_now();
        }
    };
    let panics = || {
        wait_until(&|| has_begun.load(SeqCst));
        panicking.store(gettid().as_raw(), SeqCst);
        // A panic without a message, which would take its time where backtraces are on.
        resume_unwind(Box::new("this test panics here"));
    };
    let goes_on = || {
        has_begun.store(true, SeqCst);
        wait_until(&|| panicking.load(SeqCst) != 0);
        if gettid() != caller {
            // Until the caller waits for this closure, or is on its way out.
            let panicking = Pid::from_raw(panicking.load(SeqCst));
            tasks::gone_and_asleep(panicking, caller, || is_over.load(SeqCst));
        }
        has_ended.store(true, SeqCst);
    };
    let _ = catch_unwind(AssertUnwindSafe(|| call(&panics, &goes_on)));
    let early = !has_ended.load(SeqCst);
    is_over.store(true, SeqCst);
    assert!(
        !alone.load(SeqCst),
        "one closure ran for {PATIENCE:?}, and the other had not begun: did that wait for its end?"
    );
    assert!(has_begun.load(SeqCst), "the call ended without having called both closures");
    // What the closure borrows must not go before it has ended.
    while !has_ended.load(SeqCst) {
        thread::yield_now();
    }
    early
}

#[grade::test(
    panics_ok = true,
    timeout_ms = 10_000,
    hint = "on which ways out of your function does nobody wait for a thread that still runs?"
)]
fn a_panic_waits_for_the_other() {
    let early = came_back_early(|panics, goes_on| {
        both(panics, goes_on);
    });
    assert!(!early, "the first closure panicked, and the call ended while the second still ran");
    let early = came_back_early(|panics, goes_on| {
        both(goes_on, panics);
    });
    assert!(!early, "the second closure panicked, and the call ended while the first still ran");
}
