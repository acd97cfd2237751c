//! Exercise 13.3: `async_runtime::e3_executor`, in the model, and on threads of the system.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll::{Pending, Ready};
use std::task::{Context, Poll, Waker};
use std::thread::spawn;

use async_runtime::e3_executor::{Executor, JoinError, JoinHandle, Spawner};
use event::{Event, join_all};
use gate::{Gate, Task, polls};
use left_asleep::LeftAsleep;
use model::{Futex, Model, sync};
use sync::Ordering::{Acquire, Relaxed, Release};

#[cfg_attr(feature = "solution", path = "../../../solutions/13_async_runtime/e3_executor.rs")]
#[cfg_attr(not(feature = "solution"), path = "../src/e3_executor.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e3_executor;
#[path = "support/event.rs"]
mod event;
#[path = "support/gate.rs"]
mod gate;
#[path = "support/left_asleep.rs"]
mod left_asleep;

use e3_executor::Executor as InModel;

/// Waits once, and wakes its task so many times at its first poll.
fn yields(wakes: usize) -> impl Future<Output = ()> {
    let mut polled = false;
    poll_fn(move |context| {
        if polled {
            return Ready(());
        }
        polled = true;
        (0..wakes).for_each(|_| context.waker().wake_by_ref());
        Pending
    })
}

/// Drops a value whose type need not have anything to do then.
fn let_go<T>(value: T) {
    drop(value);
}

/// Runs something when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[grade::test(hint = "at which end of the queue does a task that is ready come in?")]
fn step1_tasks_run_in_the_order_in_which_they_became_ready() {
    let executor = Executor::default();
    let gates = ["a", "b", "c"].map(Gate::new);
    for gate in &gates {
        let_go(executor.spawner().spawn(gate.wait()));
    }
    assert_eq!(polls(), [""; 0], "a new task waits for a turn");
    assert_eq!(executor.turn(), 3, "polls of a turn with three new tasks");
    assert_eq!(polls(), ["a", "b", "c"], "the order of the first polls");
    assert_eq!(executor.turn(), 0, "polls of a turn in which nobody is ready");
    assert_eq!(executor.live_tasks(), 3, "tasks that wait");
    for at in [2, 0, 1] {
        gates[at].open(1);
    }
    assert_eq!(executor.turn(), 3, "polls after three wake-ups");
    assert_eq!(polls(), ["c", "a", "b"], "c was woken first, b last");
    assert_eq!((executor.live_tasks(), executor.turn()), (0, 0), "tasks and polls after their end");
    let all = gates.map(|gate| (gate.polls(), gate.drops()));
    assert_eq!(all, [(2, 1); 3], "polls and drops of each future");
}

#[grade::test(hint = "where does the value wait for the handle, and the handle for the value?")]
fn step1_a_handle_brings_the_value() {
    let executor = Executor::default();
    let spawner = executor.spawner();
    // The handle is polled before the end, and by another task at last.
    let gate = Gate::new("a");
    let mut handle = Box::pin(spawner.spawn(gate.wait()));
    let before = Task::new();
    assert!(before.poll(handle.as_mut()).is_pending(), "the task has not begun");
    executor.turn();
    let now = Task::new();
    assert!(now.poll(handle.as_mut()).is_pending(), "the task waits");
    gate.open(7);
    assert_eq!(now.wakes(), 0, "wake-ups before the task has its value");
    executor.turn();
    assert_eq!((before.wakes(), now.wakes()), (0, 1), "wake-ups of who polled before, and last");
    assert!(matches!(now.poll(handle.as_mut()), Ready(Ok(7))), "the value of the task");
    // It is polled after the end, and need not be Send.
    let mut handle = pin!(spawner.spawn(ready(Rc::new(8))));
    executor.turn();
    assert!(
        matches!(now.poll(handle.as_mut()), Ready(Ok(value)) if *value == 8),
        "a value that waited"
    );
    // A task waits for a task that it has spawned; nobody waits for the first.
    let seen = Rc::new(Cell::new(0));
    let_go(spawner.spawn({
        let (spawner, seen) = (spawner.clone(), seen.clone());
        async move { seen.set(spawner.spawn(async { 9 }).await.unwrap()) }
    }));
    for _ in 0..3 {
        executor.turn();
    }
    assert_eq!(seen.get(), 9, "a task whose handle was dropped goes on, and its own task brings 9");
}

#[grade::test(hint = "which wake-ups put a task into the queue, and how long is a turn?")]
fn step1_a_turn_polls_each_task_once() {
    let executor = Executor::default();
    let spawner = executor.spawner();
    // It is woken ten times while it is polled, and ten times before a poll.
    let waker = Rc::new(RefCell::new(None::<Waker>));
    let_go(spawner.spawn({
        let waker = waker.clone();
        async move {
            yields(10).await;
            poll_fn(|context| match waker.replace(Some(context.waker().clone())) {
                None => Pending,
                Some(_) => Ready(()),
            })
            .await;
        }
    }));
    let turns = [(); 3].map(|()| executor.turn());
    assert_eq!(
        turns,
        [1, 1, 0],
        "polls of three turns; ten wake-ups during the first poll are one"
    );
    let waker = waker.borrow().clone().expect("the second poll has left it");
    (0..10).for_each(|_| waker.wake_by_ref());
    let turns = [(); 2].map(|()| executor.turn());
    assert_eq!(turns, [1, 0], "polls of two turns; ten wake-ups before a poll are one");
    // What becomes ready during a turn has to wait for the next.
    let_go(spawner.spawn({
        let spawner = spawner.clone();
        async move {
            for _ in 0..2 {
                let_go(spawner.spawn(yields(1)));
                yields(1).await;
            }
        }
    }));
    let turns = [(); 5].map(|()| executor.turn());
    assert_eq!(
        turns,
        [1, 2, 3, 1, 0],
        "polls: a task wakes itself twice, and spawns two that wake themselves once"
    );
}

#[grade::test(
    hint = "when is it the turn of `main`, and what becomes of the tasks when it has ended?"
)]
fn step2_run_ends_with_main() {
    let executor = Executor::default();
    let spawner = executor.spawner();
    let (turns, dropped) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
    // A task that is always ready.
    let endless = spawner.spawn({
        let turns = turns.clone();
        let dropped = dropped.clone();
        let guard = OnDrop(move || dropped.set(true));
        async move {
            let _guard = guard;
            loop {
                turns.set(turns.get() + 1);
                yields(1).await;
            }
        }
    });
    let mut endless: Pin<&mut JoinHandle<()>> = pin!(endless);
    let waits = Task::new();
    assert!(waits.poll(endless.as_mut()).is_pending(), "it never ends");
    let text = String::from("borrowed");
    let value = executor.run(async {
        while turns.get() < 3 {
            yields(1).await;
        }
        let sum = spawner.spawn(async { 4 }).await.unwrap();
        sum + text.len()
    });
    assert_eq!(value, 12, "the value of main, which borrows from its caller");
    assert!(
        dropped.get(),
        "the future of a task that has not ended is dropped with the end of main"
    );
    assert_eq!(executor.live_tasks(), 0, "tasks after the end of main");
    assert_eq!(waits.wakes(), 1, "wake-ups of who waits for a task that ends with main");
    let result = waits.poll(endless.as_mut());
    assert!(matches!(result, Ready(Err(JoinError::Cancelled))), "of the task remains: {result:?}");
    // It can run again. What is dropped with the end of main may spawn.
    let guard = OnDrop({
        let spawner = spawner.clone();
        move || let_go(spawner.spawn(ready(())))
    });
    let_go(spawner.spawn(async move {
        let _guard = guard;
        pending::<()>().await
    }));
    let other = spawner.spawn(async {
        for _ in 0..5 {
            yields(1).await;
        }
    });
    let (mut other, mut polls) = (pin!(other), 0);
    let ended = executor.run(poll_fn(|context| {
        polls += 1;
        // The last poll wakes a main that has ended.
        context.waker().wake_by_ref();
        if polls < 2 { Pending } else { Ready(other.as_mut().poll(context).is_ready()) }
    }));
    assert!(!ended, "the other task needs more turns than this main gives it");
    let (gate, mut polls) = (Gate::new("a"), 0);
    let_go(spawner.spawn({
        let gate = gate.clone();
        async move {
            for _ in 0..5 {
                yields(1).await;
            }
            gate.open(1);
        }
    }));
    let mut main = pin!(gate.wait());
    executor.run(poll_fn(|context| {
        polls += 1;
        main.as_mut().poll(context)
    }));
    assert_eq!(polls, 2, "polls of a main that waits for a task, which ends in its sixth turn");
}

#[grade::test(
    timeout_ms = 120_000,
    hint = "a wake-up during a poll, or before the sleep: what keeps it from being lost?"
)]
fn step2_a_wake_up_from_another_thread_is_heard_at_any_moment() {
    for main_waits in [true, false] {
        for model in
            [Model::new().preemptions(3), Model::new().preemptions(2).futex(Futex::Spurious)]
        {
            model.check(move || {
                let executor = InModel::default();
                let (event, others) = Event::set_by_threads([Release, Acquire], [0]);
                if main_waits {
                    executor.run(event.wait(1));
                } else {
                    let task = executor.spawner().spawn(event.wait(1));
                    executor.run(task).expect("the task ends");
                }
                join_all(others);
            });
        }
    }
}

#[grade::test(
    timeout_ms = 120_000,
    hint = "a second wake-up, while the task is still in the queue: which poll sees what it brings?"
)]
fn step2_two_threads_wake_and_both_are_heard() {
    // One task that both wake, and two tasks.
    Model::new().preemptions(2).check(|| {
        let executor = InModel::default();
        let (event, others) = Event::set_by_threads([Relaxed, Relaxed], [0, 1]);
        let task = executor.spawner().spawn(event.wait(2));
        executor.run(task).expect("the task ends");
        join_all(others);
    });
    Model::new().preemptions(1).check(|| {
        let executor = InModel::default();
        let events = [(); 2].map(|()| Event::set_by_threads([Release, Acquire], [0]));
        let tasks = events.each_ref().map(|(event, _)| executor.spawner().spawn(event.wait(1)));
        executor.run(async {
            for task in tasks {
                task.await.expect("the task ends");
            }
        });
        for (_, others) in events {
            join_all(others);
        }
    });
}

#[grade::test(timeout_ms = 30_000, hint = "what does the thread do while nobody is ready?")]
fn step2_who_waits_leaves_the_processor_to_others() {
    let executor = Executor::default();
    let waits = Rc::new(LeftAsleep::default());
    let task = executor.spawner().spawn(waits.after(1));
    let_go(executor.spawner().spawn(pending::<()>()));
    let result = executor.run(task);
    assert!(result.is_ok(), "the task ends: {result:?}");
    waits.assert_asleep();
    assert_eq!(waits.polls(), 3, "polls of a task that was woken twice");
}

#[grade::test(
    hint = "who has the future of an aborted task, and what is borrowed while it is dropped?"
)]
fn step3_an_abort_drops_the_future_at_once() {
    let executor = Executor::default();
    let spawner = executor.spawner();
    // Its drop wakes another task, and spawns one, as the drop of the end of a channel may.
    let (gate, waits, drops) = (Gate::new("a"), Gate::new("b"), Rc::new(Cell::new(0)));
    let_go(spawner.spawn(gate.wait()));
    let guard = OnDrop({
        let (spawner, gate, drops) = (spawner.clone(), gate.clone(), drops.clone());
        move || {
            drops.set(drops.get() + 1);
            gate.open(1);
            let_go(spawner.spawn(ready(())));
        }
    });
    let aborted = Rc::new(spawner.spawn({
        let waits = waits.clone();
        async move {
            let _guard = guard;
            waits.wait().await
        }
    }));
    executor.turn();
    // It is ready when another task aborts it.
    let seen = Rc::new(Cell::new(None));
    let_go(spawner.spawn({
        let (aborted, seen, drops) = (aborted.clone(), seen.clone(), drops.clone());
        async move {
            aborted.abort();
            seen.set(Some(drops.get()));
        }
    }));
    waits.open(1);
    drop(polls());
    assert_eq!(
        executor.turn(),
        1,
        "polls: of the task that aborts; the aborted one is ready, and gone"
    );
    assert_eq!(seen.get(), Some(1), "drops of the future when `abort` returns");
    assert_eq!((waits.polls(), waits.drops()), (1, 1), "polls and drops of what it waited for");
    assert_eq!(
        executor.turn(),
        2,
        "polls: of the task that the drop has woken, and of its new one"
    );
    assert_eq!((polls(), executor.live_tasks()), (vec!["a"], 0), "who was polled, and who is left");
    // Whoever waits for the task is told.
    let task = Task::new();
    let mut handle = Box::pin(spawner.spawn(pending::<()>()));
    executor.turn();
    assert!(task.poll(handle.as_mut()).is_pending(), "it never ends");
    handle.abort();
    assert_eq!(task.wakes(), 1, "wake-ups of who waits for an aborted task");
    assert!(
        matches!(task.poll(handle.as_mut()), Ready(Err(JoinError::Cancelled))),
        "it was aborted"
    );
    // An abort after the end changes nothing. The drop of a future that has ended may spawn, too.
    let guard = OnDrop({
        let spawner = spawner.clone();
        move || let_go(spawner.spawn(ready(())))
    });
    let mut handle = Box::pin(spawner.spawn(poll_fn(move |_| {
        let _guard = &guard;
        Ready(5)
    })));
    executor.turn();
    handle.abort();
    assert!(matches!(task.poll(handle.as_mut()), Ready(Ok(5))), "it had ended before");
    assert_eq!((executor.turn(), executor.live_tasks()), (1, 0), "polls of what the drop spawned");
    // An abort before the first poll.
    let gate = Gate::new("c");
    let mut handle = Box::pin(spawner.spawn(gate.wait()));
    handle.abort();
    assert_eq!(gate.drops(), 1, "drops of a future that was aborted before its first poll");
    assert_eq!((executor.turn(), gate.polls()), (0, 0), "polls of it");
    assert!(
        matches!(task.poll(handle.as_mut()), Ready(Err(JoinError::Cancelled))),
        "it was aborted before its first poll"
    );
    // An abort by the task itself, in its poll.
    let executor = Rc::new(executor);
    let own = Rc::new(RefCell::new(None::<JoinHandle<()>>));
    let (gate, live) = (Gate::new("d"), Rc::new(Cell::new(0)));
    own.replace(Some(spawner.spawn({
        let (executor, own, gate, live) =
            (executor.clone(), own.clone(), gate.clone(), live.clone());
        async move {
            live.set(executor.live_tasks());
            own.borrow().as_ref().expect("the handle is there").abort();
            gate.wait().await;
        }
    })));
    assert_eq!((executor.turn(), live.get()), (1, 1), "polls, and live tasks during the poll");
    assert_eq!(
        (executor.live_tasks(), gate.polls(), gate.drops()),
        (0, 1, 1),
        "live tasks, polls and drops after the poll in which a task has aborted itself"
    );
    gate.open(1);
    assert_eq!((executor.turn(), gate.polls()), (0, 1), "polls of a task that has aborted itself");
    let mut handle = Box::pin(own.take().expect("the handle is there"));
    assert!(
        matches!(task.poll(handle.as_mut()), Ready(Err(JoinError::Cancelled))),
        "it has aborted itself"
    );
}

#[grade::test(hint = "how far does a panic of a task unwind, and what is left of the task?")]
fn step3_a_panic_stays_in_its_task() {
    let executor = Executor::default();
    let spawner = executor.spawner();
    let drops = Rc::new(Cell::new(0));
    let guard = OnDrop({
        let drops = drops.clone();
        move || drops.set(drops.get() + 1)
    });
    let panics = spawner.spawn(async move {
        let _guard = guard;
        yields(1).await;
        resume_unwind(Box::new(1_213_u64));
    });
    let other = spawner.spawn(async {
        yields(1).await;
        yields(1).await;
        3
    });
    let (panicked, other) = executor.run(async { (panics.await, other.await) });
    let Err(JoinError::Panicked(payload)) = panicked else {
        panic!("the outcome of a task that panicked: {panicked:?}");
    };
    assert_eq!(payload.downcast_ref::<u64>(), Some(&1_213), "the payload of the panic");
    assert_eq!(drops.get(), 1, "drops of the future that panicked");
    assert!(matches!(other, Ok(3)), "another task goes on: {other:?}");
    // `main` is no task: its caller gets its panic.
    let unwound: std::thread::Result<()> = catch_unwind(AssertUnwindSafe(|| {
        executor.run(async {
            yields(1).await;
            resume_unwind(Box::new(1_214_u64))
        })
    }));
    assert!(unwound.is_err(), "`run` unwinds when `main` does");
}

#[grade::test(
    hint = "who owns the futures: the executor, or whatever a waker, a handle or a spawner holds?"
)]
fn step3_nothing_outlives_the_executor() {
    let executor = Executor::default();
    let spawner: Spawner = executor.spawner();
    let value = Rc::new(());
    let wakers = Rc::new(RefCell::new(Vec::<Waker>::new()));
    // One ends, one waits for ever with its own waker, its spawner and a handle; both leave a waker behind.
    let keep = |ends: bool| {
        let (value, wakers, spawner) = (value.clone(), wakers.clone(), spawner.clone());
        let kept = RefCell::new(None);
        // Its drop spawns, whoever drops it.
        let guard = OnDrop({
            let spawner = spawner.clone();
            move || let_go(spawner.spawn(ready(())))
        });
        poll_fn(move |context: &mut Context<'_>| -> Poll<usize> {
            let _guard = &guard;
            wakers.borrow_mut().push(context.waker().clone());
            let task = spawner.spawn(pending::<()>());
            kept.replace(Some((context.waker().clone(), spawner.clone(), task)));
            if ends { Ready(Rc::strong_count(&value)) } else { Pending }
        })
    };
    let mut ended = Box::pin(spawner.spawn(keep(true)));
    let mut waits = Box::pin(spawner.spawn(keep(false)));
    executor.turn();
    assert_eq!(
        Rc::strong_count(&value),
        2,
        "owners of a value: this test, and the task that waits"
    );
    assert_eq!(
        executor.live_tasks(),
        4,
        "tasks: one waits, each has spawned one, and so has a drop"
    );
    let task = Task::new();
    assert!(task.poll(waits.as_mut()).is_pending(), "it never ends");
    let_go(executor);
    assert_eq!(Rc::strong_count(&value), 1, "owners of the value when the executor has gone");
    assert_eq!(task.wakes(), 1, "wake-ups of who waits for a task whose executor has gone");
    let left = task.poll(waits.as_mut());
    assert!(matches!(left, Ready(Err(JoinError::Cancelled))), "of the task that waited: {left:?}");
    let late = value.clone();
    let mut late = Box::pin(spawner.spawn(async move { drop(late) }));
    assert_eq!(Rc::strong_count(&value), 1, "owners of the value after a spawn that came too late");
    let left = task.poll(late.as_mut());
    assert!(
        matches!(left, Ready(Err(JoinError::Cancelled))),
        "of a task without an executor: {left:?}"
    );
    late.abort();
    ended.abort();
    let left = task.poll(ended.as_mut());
    assert!(matches!(left, Ready(Ok(_))), "of the task that had ended: {left:?}");
    // A wake-up of a task that has gone is harmless, on any thread.
    let wakers = wakers.take();
    assert_eq!(wakers.len(), 2, "wakers that are left");
    let woken = spawn(|| wakers.into_iter().for_each(Waker::wake));
    assert!(woken.join().is_ok(), "a late wake-up does nothing");
}
