//! Exercise 13.0: `async_runtime::e0_poll_once`.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use async_runtime::e0_poll_once::poll_once;
use grade::cpu::spent_by;

/// Counts its polls, and is ready at one of them. It may wake whoever polls it.
struct Steps {
    polls: Rc<Cell<u32>>,
    ready_at: u32,
    wakes: bool,
}

impl Future for Steps {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        let polls = self.polls.get() + 1;
        self.polls.set(polls);
        assert!(
            polls <= self.ready_at,
            "poll number {polls}: the future was ready at {}",
            self.ready_at
        );
        if self.wakes {
            context.waker().wake_by_ref();
        }
        if polls == self.ready_at { Poll::Ready(polls * 10) } else { Poll::Pending }
    }
}

#[grade::test(hint = "what does `poll` return when the value is there?")]
fn a_value_that_is_there_comes_out() {
    assert_eq!(poll_once(&mut Box::pin(async { 7 })), Some(7), "it waits for nothing");
    let text = String::from("borrowed");
    let mut length = Box::pin(async { text.len() });
    assert_eq!(poll_once(&mut length), Some(8), "it borrows from its caller");
    let mut boxed: Pin<Box<dyn Future<Output = Rc<u8>>>> = Box::pin(async { Rc::new(3) });
    assert_eq!(poll_once(&mut boxed).as_deref(), Some(&3), "its type is not known");
    assert_eq!(
        poll_once(&mut Box::pin(async { None::<u8> })),
        Some(None),
        "no value is a value, too"
    );
}

#[grade::test(hint = "how often does `poll_once` call `poll`?")]
fn one_call_is_one_poll() {
    let polls = Rc::new(Cell::new(0));
    let mut steps = Box::pin(Steps { polls: polls.clone(), ready_at: 3, wakes: false });
    for poll in 1..=3 {
        let came = poll_once(&mut steps);
        assert_eq!(polls.get(), poll, "polls after {poll} calls of poll_once");
        assert_eq!(came, (poll == 3).then_some(30), "what came of poll number {poll} of 3");
    }
}

#[grade::test(hint = "what does your function do after `Pending`?")]
fn a_future_that_is_never_ready_takes_no_time() {
    let mut never = Box::pin(std::future::pending::<u8>());
    let polls = 100;
    let ((), spent) = spent_by(|| {
        for _ in 0..polls {
            assert_eq!(poll_once(&mut never), None, "it is never ready");
        }
    });
    assert!(
        spent.sleeps < polls / 2,
        "the thread went to sleep {} times in {polls} polls; `poll_once` returns at once",
        spent.sleeps
    );
}

#[grade::test(
    hint = "what does a wake-up during the poll make your function do, and what your waker?"
)]
fn a_wake_up_does_nothing() {
    let polls = Rc::new(Cell::new(0));
    let mut steps = Box::pin(Steps { polls: polls.clone(), ready_at: 2, wakes: true });
    assert_eq!(poll_once(&mut steps), None, "it wakes its waker, and is not ready");
    assert_eq!(polls.get(), 1, "a wake-up is no reason to poll again: there is one poll in a call");
    let ((), spent) = spent_by(|| thread::park_timeout(Duration::from_millis(20)));
    assert!(
        spent.sleeps > 0,
        "a park of this thread after the wake-up returned at once: the waker has unparked it"
    );
    assert_eq!(poll_once(&mut steps), Some(20), "it is ready at the second poll");
}

#[grade::test(hint = "a future may keep the waker, and may move it to another thread")]
fn the_waker_may_be_kept() {
    let kept = Cell::new(None::<Waker>);
    let mut keeps = Box::pin(poll_fn(|context| {
        kept.set(Some(context.waker().clone()));
        Poll::<()>::Pending
    }));
    assert_eq!(poll_once(&mut keeps), None, "it is never ready");
    let waker = kept.take().expect("the future was polled");
    let woken = thread::spawn(move || {
        waker.wake_by_ref();
        waker.wake();
    });
    assert!(woken.join().is_ok(), "to wake it from another thread does nothing");
}
