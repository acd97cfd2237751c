//! Exercise 13.1: `async_runtime::e1_join_by_hand`.

use std::future::poll_fn;
use std::panic::{self, AssertUnwindSafe};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll::{Pending, Ready};

use async_runtime::e1_join_by_hand::{Either, YieldNow, join, race};
use gate::{Gate, Task, polls};

#[path = "support/gate.rs"]
mod gate;

#[grade::test(hint = "who wakes the task of a future that waits for nothing?")]
fn step1_a_yield_waits_once_and_wakes_its_task() {
    for _ in 0..2 {
        let task = Task::new();
        let mut future = pin!(YieldNow::default());
        assert_eq!(task.poll(future.as_mut()), Pending, "the first poll lets the others run");
        assert_eq!(task.wakes(), 1, "wake-ups after the first poll");
        assert_eq!(task.poll(future.as_mut()), Ready(()), "the second poll is the last");
        assert_eq!(task.wakes(), 1, "wake-ups after the second poll: nobody waits any more");
    }
}

#[grade::test(
    hint = "what does your `poll` do after `a` said `Pending`, and after it said `Ready`?"
)]
fn step2_one_poll_polls_both() {
    // Whether `a` is ready or not is nothing to `b`.
    for a_is_open in [false, true] {
        drop(polls());
        let (a, b) = (Gate::new("a"), Gate::new("b"));
        if a_is_open {
            a.open(1);
        }
        let task = Task::new();
        let mut both = pin!(join(a.wait(), b.wait()));
        assert_eq!(task.poll(both.as_mut()), Pending, "b is not ready");
        let mut polled = polls();
        polled.sort_unstable();
        assert_eq!(polled, ["a", "b"], "who was polled by the first poll of the join");
    }
}

#[grade::test(hint = "where is a value while the other one is not there yet?")]
fn step2_both_values_come_each_in_its_place() {
    for a_comes_first in [true, false] {
        let (a, b) = (Gate::new("a"), Gate::new("b"));
        let task = Task::new();
        let mut both = Box::pin(join(a.wait(), b.wait()));
        assert_eq!(task.poll(both.as_mut()), Pending, "nothing is there");
        let (first, second) = if a_comes_first { (&a, &b) } else { (&b, &a) };
        first.open(if a_comes_first { 1 } else { 2 });
        assert_eq!(task.poll(both.as_mut()), Pending, "one value is not there");
        second.open(if a_comes_first { 2 } else { 1 });
        assert_eq!(task.poll(both.as_mut()), Ready((1, 2)), "a brought 1, and b brought 2");
        drop(both);
        assert_eq!((a.drops(), b.drops()), (1, 1), "drops of a and b when the join has gone");
    }
    let mut at_once = pin!(join(async { "a" }, async { Rc::new(2) }));
    assert_eq!(
        Task::new().poll(at_once.as_mut()),
        Ready(("a", Rc::new(2))),
        "both are ready at once"
    );
}

#[grade::test(hint = "what do you know of a child that was ready?")]
fn step2_who_was_ready_is_not_polled_again() {
    for (open, name) in [(0, "a"), (1, "b")] {
        let gates = [Gate::new("a"), Gate::new("b")];
        let task = Task::new();
        let mut both = pin!(join(gates[0].wait(), gates[1].wait()));
        gates[open].open(1);
        let polls = [(); 3].map(|()| task.poll(both.as_mut()));
        assert_eq!(polls, [Pending; 3], "one is not ready");
        assert_eq!(gates[open].polls(), 1, "polls of {name}, which was ready at the first");
        assert_eq!(gates[1 - open].polls(), 3, "polls of the other in three polls of the join");
    }
}

#[grade::test(hint = "who holds a waker of this task, and which one?")]
fn step2_a_child_wakes_the_task_that_polled_last_and_nobody_else_does() {
    for open in [0, 1] {
        let gates = [Gate::new("a"), Gate::new("b")];
        let (before, now) = (Task::new(), Task::new());
        let mut both = pin!(join(gates[0].wait(), gates[1].wait()));
        assert_eq!(before.poll(both.as_mut()), Pending, "nothing is there");
        assert_eq!(now.poll(both.as_mut()), Pending, "nothing is there");
        assert_eq!((before.wakes(), now.wakes()), (0, 0), "wake-ups while nothing happens");
        gates[open].open(1);
        assert_eq!(
            (before.wakes(), now.wakes()),
            (0, 1),
            "wake-ups of the task that polled first, and of the one that polled last"
        );
        assert_eq!(now.poll(both.as_mut()), Pending, "one of them is there");
        assert_eq!(now.wakes(), 1, "wake-ups when one is there, and the other is polled again");
    }
}

#[grade::test(hint = "whose are the children, and the value that is there already?")]
fn step2_a_join_that_is_dropped_drops_what_it_has() {
    let value = Rc::new(7);
    let gate = Gate::new("b");
    let brought = value.clone();
    let mut both = Box::pin(join(async move { brought }, gate.wait()));
    assert!(Task::new().poll(both.as_mut()).is_pending(), "b is not ready");
    drop(both);
    assert_eq!(Rc::strong_count(&value), 1, "owners of the value that a had brought");
    assert_eq!(gate.drops(), 1, "drops of b, which was not ready");
}

#[grade::test(hint = "which of the two is polled, and what comes out?")]
fn step3_the_first_that_is_ready_wins() {
    for (open, won) in [(0, Either::Left(5)), (1, Either::Right(5))] {
        drop(polls());
        let gates = [Gate::new("a"), Gate::new("b")];
        let (before, task) = (Task::new(), Task::new());
        let mut either = pin!(race(gates[0].wait(), gates[1].wait()));
        assert_eq!(before.poll(either.as_mut()), Pending, "nobody is ready");
        assert_eq!(polls(), ["a", "b"], "who was polled by the first poll of the race");
        assert_eq!(task.poll(either.as_mut()), Pending, "nobody is ready");
        assert_eq!((before.wakes(), task.wakes()), (0, 0), "wake-ups while nothing happens");
        gates[open].open(5);
        assert_eq!(
            (before.wakes(), task.wakes()),
            (0, 1),
            "wake-ups, by the one that is ready, of the task that polled first, and of the last"
        );
        assert_eq!(task.poll(either.as_mut()), Ready(won), "one is ready");
    }
}

#[grade::test(hint = "how long does the loser live, and who polls it?")]
fn step3_the_loser_is_dropped_before_the_value_comes() {
    for open in [0, 1] {
        let gates = [Gate::new("a"), Gate::new("b")];
        let task = Task::new();
        let mut either = Box::pin(race(gates[0].wait(), gates[1].wait()));
        assert_eq!(task.poll(either.as_mut()), Pending, "nobody is ready");
        // The second poll begins with `b`, the third with `a`.
        if open == 0 {
            assert_eq!(task.poll(either.as_mut()), Pending, "nobody is ready");
        }
        let loser = &gates[1 - open];
        let before = loser.polls();
        gates[open].open(5);
        assert!(task.poll(either.as_mut()).is_ready(), "one is ready");
        assert_eq!(loser.drops(), 1, "drops of the loser when the race is ready");
        assert_eq!(loser.polls() - before, 0, "polls of the loser once there is a winner");
        drop(either);
        assert_eq!(gates[open].drops(), 1, "drops of the winner when the race has gone");
    }
    let (a, b) = (Gate::new("a"), Gate::new("b"));
    drop(race(a.wait(), b.wait()));
    assert_eq!((a.drops(), b.drops()), (1, 1), "drops of a and b with a race that nobody has won");
}

#[grade::test(hint = "who is polled first, and who at the next poll?")]
fn step3_they_take_turns_at_being_first() {
    for (pending, won) in [(0, Either::Left(1)), (1, Either::Right(2)), (2, Either::Left(1))] {
        let (a, b) = (Gate::new("a"), Gate::new("b"));
        let task = Task::new();
        let mut either = pin!(race(a.wait(), b.wait()));
        for poll in 0..pending {
            assert_eq!(task.poll(either.as_mut()), Pending, "nobody is ready");
            let order = if poll % 2 == 0 { ["a", "b"] } else { ["b", "a"] };
            assert_eq!(polls(), order, "the order of poll number {}", poll + 1);
        }
        a.open(1);
        b.open(2);
        let poll = pending + 1;
        assert_eq!(task.poll(either.as_mut()), Ready(won), "poll number {poll}; both are ready");
        drop(polls());
    }
}

#[grade::test(hint = "what is left when the value has been given away?")]
fn step3_a_poll_after_the_end_is_a_panic() {
    fn panics<F: Future>(future: F) -> bool {
        let mut future = pin!(future);
        assert!(Task::new().poll(future.as_mut()).is_ready(), "it waits for nothing");
        panic::catch_unwind(AssertUnwindSafe(|| Task::new().poll(future.as_mut()))).is_err()
    }
    // Such a child does not panic, however often it is polled.
    let ready = || poll_fn(|_| Ready(1));
    let never = std::future::pending::<u8>;
    assert!(panics(join(ready(), ready())), "a join that was ready");
    assert!(panics(race(ready(), never())), "a race that was ready, by a");
    assert!(panics(race(never(), ready())), "a race that was ready, by b");
}
