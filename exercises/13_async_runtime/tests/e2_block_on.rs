//! Exercise 13.2: `async_runtime::e2_block_on`, in the model, and on threads of the system.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll::{Pending, Ready};
use std::thread::spawn;
use std::time::Duration;

use async_runtime::e2_block_on::block_on;
use event::{Event, join_all};
use left_asleep::LeftAsleep;
use model::{Futex, Model, sync, thread};
use sync::Ordering::{Acquire, Relaxed, Release};

#[cfg_attr(feature = "solution", path = "../../../solutions/13_async_runtime/e2_block_on.rs")]
#[cfg_attr(not(feature = "solution"), path = "../src/e2_block_on.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e2_block_on;
#[path = "support/event.rs"]
mod event;
#[path = "support/left_asleep.rs"]
mod left_asleep;

use e2_block_on::block_on as block_on_in_model;

#[grade::test(hint = "when is the first poll, and does anybody have to ask for it?")]
fn a_value_that_is_there_comes_back_at_once() {
    assert_eq!(block_on(async { 7 }), 7, "it waits for nothing");
    let text = String::from("borrowed");
    let length = block_on(async {
        let shared = Rc::new(text.len());
        std::future::ready(()).await;
        *shared
    });
    assert_eq!(length, 8, "it borrows from its caller, and has an Rc, so it stays on this thread");
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "a wake-up between `Pending` and the sleep: what keeps the thread awake? Does the end of a \
            sleep say that somebody has woken?"
)]
fn a_wake_up_at_any_moment_is_heard() {
    for model in [Model::new(), Model::new().futex(Futex::Spurious).preemptions(3)] {
        model.check(|| {
            let (event, others) = Event::set_by_threads([Release, Acquire], [0]);
            let (mut waits, polls) = (pin!(event.wait(1)), Cell::new(0));
            block_on_in_model(poll_fn(|context| {
                polls.set(polls.get() + 1);
                waits.as_mut().poll(context)
            }));
            assert!(
                polls.get() <= 2,
                "{} polls for one wake-up: a sleep may end though nobody has woken",
                polls.get()
            );
            join_all(others);
        });
    }
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "what does each ordering of your flag publish, or receive?"
)]
fn a_wake_up_brings_along_what_was_written_before() {
    Model::new().preemptions(3).check(|| {
        let (event, others) = Event::set_by_threads([Relaxed, Relaxed], [0]);
        block_on_in_model(event.wait(1));
        join_all(others);
    });
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "a second wake-up, while the first is not yet seen: which poll sees what it brings?"
)]
fn two_threads_wake_and_both_are_heard() {
    Model::new().preemptions(2).check(|| {
        let (event, others) = Event::set_by_threads([Relaxed, Relaxed], [0, 1]);
        block_on_in_model(event.wait(2));
        join_all(others);
    });
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "a waker may live longer than `block_on`: what does it lead to?"
)]
fn a_wake_up_after_the_end_is_harmless() {
    Model::new().preemptions(2).check(|| {
        let event = Event::new([Release, Acquire]);
        let other = thread::spawn({
            let event = event.clone();
            move || {
                event.set(0);
                let waker = event.waker();
                event.set(1);
                waker
            }
        });
        block_on_in_model(event.wait(1));
        // The one that wakes late must not disturb the next one.
        block_on_in_model(event.wait(2));
        if let Some(waker) = other.join() {
            waker.wake_by_ref();
            waker.wake();
        }
    });
}

#[grade::test(
    hint = "whose is the token of this thread, and what else could a wake-up leave behind?"
)]
fn the_future_may_park_this_thread() {
    let polls = Cell::new(0);
    block_on(poll_fn(|context| {
        polls.set(polls.get() + 1);
        if polls.get() == 2 {
            return Ready(());
        }
        context.waker().wake_by_ref();
        // It takes the token, if there is one; else it returns.
        std::thread::park_timeout(Duration::ZERO);
        Pending
    }));
    assert_eq!(polls.get(), 2, "polls of a future that was woken once");
}

#[grade::test(
    hint = "is what the waker leaves behind yours, or that of every `block_on` of this thread?"
)]
fn the_future_may_call_block_on() {
    let polls = Cell::new(0);
    block_on(poll_fn(|context| {
        polls.set(polls.get() + 1);
        if polls.get() == 2 {
            return Ready(());
        }
        context.waker().wake_by_ref();
        let inner = Cell::new(0);
        block_on(poll_fn(|context| {
            inner.set(inner.get() + 1);
            if inner.get() == 2 {
                return Ready(());
            }
            let waker = context.waker().clone();
            spawn(move || waker.wake()).join().unwrap();
            Pending
        }));
        Pending
    }));
    assert_eq!(polls.get(), 2, "polls of the outer future, which was woken once");
}

#[grade::test(
    timeout_ms = 30_000,
    hint = "how many polls do ten wake-ups lead to that come before the next poll?"
)]
fn wake_ups_that_come_together_are_one() {
    let waits = Rc::new(LeftAsleep::default());
    block_on(waits.after(10));
    let polls = waits.polls();
    assert_eq!(polls, 3, "polls for eleven wake-ups, of which ten came during the first poll");
}

#[grade::test(timeout_ms = 30_000, hint = "what does the thread do while nobody wakes it?")]
fn who_waits_leaves_the_processor_to_others() {
    let waits = Rc::new(LeftAsleep::default());
    block_on(waits.after(1));
    waits.assert_asleep();
    assert_eq!(waits.polls(), 3, "polls: the first, and one for each of two wake-ups");
}
