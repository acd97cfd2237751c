//! Exercise 15.2: `gil::e2_interval_gil`, in the model, and on threads of the system.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use gil::e2_interval_gil as real;
use gil::vm::{Code, Frame, Heap, Op, Step};
use model::{Futex, Model, sync, thread};
use sync::{Arc, Mutex, UnsafeCell};

#[cfg_attr(feature = "solution", path = "../../../solutions/15_gil/e2_interval_gil.rs")]
#[cfg_attr(not(feature = "solution"), path = "../src/e2_interval_gil.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e2_interval_gil;

use e2_interval_gil::{IntervalGil, IntervalStats, Turn};

const INTERVAL: Duration = Duration::from_millis(5);

/// An interpreter: its lock, and a heap that one thread at a time may use.
#[derive(Clone)]
struct Interpreter {
    gil: Arc<IntervalGil>,
    heap: Arc<UnsafeCell<u32>>,
    /// How many turns of [`Interpreter::beside`] have begun. The threads of a model run on one of the system.
    begun: Rc<Cell<usize>>,
}

impl Interpreter {
    fn new(interval: Duration) -> Interpreter {
        Interpreter {
            gil: Arc::new(IntervalGil::new(interval)),
            heap: Arc::new(UnsafeCell::new(0)),
            begun: Rc::default(),
        }
    }

    /// Has a turn, and uses the heap in it. The model finds it out where two do so at once.
    fn run(&self, job: impl FnOnce(&mut Turn<'_>)) {
        let mut turn = self.gil.acquire();
        self.use_heap();
        job(&mut turn);
        self.use_heap();
    }

    fn use_heap(&self) {
        // SAFETY: the model ends where another thread may be at it.
        unsafe { *self.heap.get() += 1 };
    }

    /// Has a turn on a thread of its own.
    fn beside(&self, job: impl FnOnce(&mut Turn<'_>) + 'static) -> thread::JoinHandle<()> {
        let interpreter = self.clone();
        thread::spawn(move || {
            interpreter.run(|turn| {
                interpreter.begun.set(interpreter.begun.get() + 1);
                job(turn);
            });
        })
    }

    /// As [`Interpreter::beside`], and comes back when the thread waits for the lock.
    fn behind(&self, job: impl FnOnce(&mut Turn<'_>) + 'static) -> thread::JoinHandle<()> {
        let before = model::calls().waits;
        let other = self.beside(job);
        while model::calls().waits == before {
            thread::yield_now();
        }
        other
    }

    /// Lets others run, until so many requests were made in all, or the others can do no more.
    fn requests(&self, wanted: u64) -> u64 {
        let mut left = 10;
        while self.gil.stats().requests < wanted && left > 0 {
            left -= 1;
            thread::yield_now();
        }
        self.gil.stats().requests
    }
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "when is the lock free, and who looks again after a sleep?"
)]
fn step1_one_at_a_time() {
    let two = || {
        let interpreter = Interpreter::new(INTERVAL);
        let other = interpreter.beside(|_| thread::yield_now());
        interpreter.run(|_| thread::yield_now());
        other.join();
        assert_eq!(interpreter.gil.stats().switches, 2, "switches, of two turns");
    };
    Model::new().preemptions(3).check(two);
    Model::new().futex(Futex::Spurious).preemptions(2).check(two);
    Model::new().preemptions(1).check(|| {
        let interpreter = Interpreter::new(INTERVAL);
        let others = [interpreter.beside(|_| {}), interpreter.beside(|_| {})];
        interpreter.run(|_| thread::yield_now());
        others.into_iter().for_each(thread::JoinHandle::join);
        assert_eq!(interpreter.gil.stats().switches, 3, "switches, of three turns");
    });
}

#[grade::test(timeout_ms = 60_000, hint = "who ends the sleep, where no time passes?")]
fn step1_who_waits_sleeps_until_the_lock_is_free() {
    Model::new().preemptions(3).check(|| {
        let interpreter = Interpreter::new(INTERVAL);
        let mut other = None;
        interpreter.run(|_| other = Some(interpreter.behind(|_| {})));
        // The clock stands still.
        other.expect("it was started").join();
        interpreter.run(|_| {});
        assert_eq!(interpreter.gil.stats().switches, 3, "switches, of three turns");
    });
}

#[grade::test(hint = "what runs where a panic leaves a function?")]
fn step1_a_panic_frees_the_lock() {
    let gil = real::IntervalGil::new(Duration::from_secs(3_600));
    for turns in 1..=2 {
        let panics = || {
            let _turn = gil.acquire();
            panic!("an instruction that fails");
        };
        assert!(catch_unwind(AssertUnwindSafe(panics)).is_err(), "the panic goes on");
        assert_eq!(gil.stats().switches, turns, "switches");
    }
    drop(gil.acquire());
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "who measures the time, and what does the end of a sleep say about it?"
)]
fn step2_a_waiter_asks_when_an_interval_is_over() {
    for interval in [INTERVAL / 5, INTERVAL, INTERVAL * 200] {
        Model::new().preemptions(1).check(move || {
            let interpreter = Interpreter::new(interval);
            let turn = interpreter.gil.acquire();
            let other = interpreter.behind(|_| {});
            model::advance(interval * 9 / 10);
            assert_eq!(interpreter.requests(1), 0, "requests before the interval is over");
            model::advance(interval / 10);
            assert_eq!(interpreter.requests(1), 1, "requests when it is over");
            model::advance(interval);
            assert_eq!(interpreter.requests(2), 1, "requests, when one holder was asked twice");
            assert_eq!(
                interpreter.begun.get(),
                0,
                "to ask is not to take: turns beside the holder's"
            );
            drop(turn);
            other.join();
        });
    }
    Model::new().futex(Futex::Spurious).preemptions(2).check(|| {
        let interpreter = Interpreter::new(INTERVAL);
        let turn = interpreter.gil.acquire();
        let other = interpreter.behind(|_| {});
        assert_eq!(interpreter.requests(1), 0, "requests, when the waiter woke up for no reason");
        drop(turn);
        other.join();
        assert_eq!(interpreter.gil.stats().requests, 0, "requests, when no time has passed");
    });
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "the time is out: has it passed with the holder that you would ask?"
)]
fn step2_each_holder_has_an_interval_before_it_is_asked() {
    Model::new().preemptions(1).check(|| {
        let interpreter = Interpreter::new(INTERVAL);
        let turn = interpreter.gil.acquire();
        let gate = Arc::new(Mutex::new(()));
        let is_shut = gate.lock().expect("it is never an error");
        let others = [(); 2].map(|()| {
            let gate = gate.clone();
            interpreter.behind(move |_| drop(gate.lock()))
        });
        model::advance(INTERVAL * 3 / 5);
        drop(turn);
        while interpreter.begun.get() == 0 {
            thread::yield_now();
        }
        // One of them has had the lock for no time at all. The other has waited for an interval.
        let mut ended = model::advance(INTERVAL * 2 / 5);
        assert_eq!(interpreter.requests(1), 0, "requests, when there was a switch in the interval");
        while interpreter.requests(1) == 0 {
            assert!(ended < 3, "nobody asks, though the interval has passed again");
            ended += model::advance(INTERVAL).max(1);
        }
        drop(is_shut);
        others.into_iter().for_each(thread::JoinHandle::join);
    });
    Model::new().preemptions(1).check(|| {
        let interpreter = Interpreter::new(INTERVAL);
        let turn = interpreter.gil.acquire();
        let other = interpreter.behind(|_| {});
        model::advance(INTERVAL);
        assert_eq!(interpreter.requests(1), 1, "requests when the interval is over");
        drop(turn);
        let turn = interpreter.gil.acquire();
        if interpreter.begun.get() == 0 {
            // It was here before the one that waits.
            let mut looks = 0;
            while interpreter.requests(2) < 2 {
                looks += 1;
                assert!(looks < 4, "the second holder is not asked");
                model::advance(INTERVAL);
            }
        }
        drop(turn);
        other.join();
    });
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "what does a holder look at, and what does it leave to those who wait?"
)]
fn step3_where_nobody_asks_nothing_happens() {
    Model::new().preemptions(2).check(|| {
        let interpreter = Interpreter::new(INTERVAL);
        let mut turn = interpreter.gil.acquire();
        model::advance(INTERVAL * 3);
        let before = model::calls();
        for _ in 0..10 {
            turn.safe_point();
        }
        assert_eq!(model::calls(), before, "calls of `sync` in ten safe points, when nobody waits");
        let other = interpreter.behind(|_| {});
        model::advance(INTERVAL / 2);
        let before = model::calls();
        for _ in 0..10 {
            turn.safe_point();
        }
        assert_eq!(
            model::calls(),
            before,
            "calls of `sync` in ten safe points, when nobody has asked"
        );
        let stats = IntervalStats { switches: 1, requests: 0, handover_waits: 0 };
        assert_eq!(interpreter.gil.stats(), stats);
        drop(turn);
        other.join();
    });
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "who has the lock when `safe_point` returns, and who had it in between?"
)]
fn step3_who_is_asked_hands_over() {
    let hands_over = || {
        let interpreter = Interpreter::new(INTERVAL);
        let begun = interpreter.begun.clone();
        interpreter.run(|turn| {
            let other = interpreter.behind(|_| {});
            model::advance(INTERVAL);
            assert_eq!(interpreter.requests(1), 1, "requests when the interval is over");
            interpreter.use_heap();
            turn.safe_point();
            interpreter.use_heap();
            assert_eq!(begun.get(), 1, "turns of others, when `safe_point` has returned");
            other.join();
            let before = model::calls();
            turn.safe_point();
            assert_eq!(model::calls(), before, "calls of `sync` at the next safe point");
            let stats = IntervalStats { switches: 3, requests: 1, handover_waits: 1 };
            assert_eq!(interpreter.gil.stats(), stats);
        });
    };
    Model::new().preemptions(3).check(hands_over);
    // Sleeps that end for no reason: the one for the lock, and the one for the other's turn.
    Model::new().futex(Futex::Spurious).preemptions(1).check(hands_over);
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "who comes back for the lock is a waiter like any other: what does it do while it waits, and what when \
            it has the lock?"
)]
fn step3_who_has_handed_over_asks_in_its_turn() {
    Model::new().preemptions(1).check(|| {
        let interpreter = Interpreter::new(INTERVAL);
        let mut other = None;
        interpreter.run(|turn| {
            let asked = interpreter.clone();
            other = Some(interpreter.behind(move |turn| {
                let mut intervals = 0;
                while asked.requests(2) < 2 {
                    assert!(
                        intervals < 4,
                        "who has handed over waits for the lock, and never asks"
                    );
                    intervals += 1;
                    model::advance(INTERVAL);
                }
                turn.safe_point();
            }));
            model::advance(INTERVAL);
            assert_eq!(interpreter.requests(1), 1, "requests when the interval is over");
            turn.safe_point();
            let before = model::calls();
            turn.safe_point();
            let after = "calls of `sync` at a safe point of the turn that has the lock back";
            assert_eq!(model::calls(), before, "{after}");
        });
        other.expect("it was started").join();
        let stats = IntervalStats { switches: 4, requests: 2, handover_waits: 2 };
        assert_eq!(interpreter.gil.stats(), stats);
    });
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "the same turn has the lock as before the sleep: has it had it all the time?"
)]
fn step3_who_comes_back_has_a_whole_interval() {
    Model::new().wakes_the_newest().preemptions(1).check(|| {
        let interpreter = Interpreter::new(INTERVAL);
        let mut turn = interpreter.gil.acquire();
        let first = interpreter.behind(|_| {});
        model::advance(INTERVAL * 3 / 5);
        let second = interpreter.behind(|_| {});
        model::advance(INTERVAL * 2 / 5);
        assert_eq!(interpreter.requests(1), 1, "requests when the first one's interval is over");
        turn.safe_point();
        if interpreter.begun.get() == 1 {
            // The lock was back before the second one had it. Its interval is over, with two switches in it.
            model::advance(INTERVAL * 3 / 5);
            assert_eq!(interpreter.requests(2), 1, "requests, before the lock is back for long");
        }
        drop(turn);
        [first, second].into_iter().for_each(thread::JoinHandle::join);
    });
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "whom was the request made to, and who waits for it to be met?"
)]
fn step3_who_goes_by_itself_waits_for_nobody() {
    /// Whether there was an interleaving in which the drop was over before the next turn began.
    static IS_FREE_TO_GO: AtomicBool = AtomicBool::new(false);

    Model::new().preemptions(3).check(|| {
        let interpreter = Interpreter::new(INTERVAL);
        let turn = interpreter.gil.acquire();
        // It is alone then: who waits for another one waits for ever.
        let other = interpreter.behind(|turn| turn.safe_point());
        model::advance(INTERVAL);
        assert_eq!(interpreter.requests(1), 1, "requests when the interval is over");
        drop(turn);
        // Not by `begun`: that the other one has the lock is told before its turn begins.
        if interpreter.gil.stats().switches == 1 {
            IS_FREE_TO_GO.store(true, Relaxed);
        }
        other.join();
        let stats = IntervalStats { switches: 2, requests: 1, handover_waits: 0 };
        assert_eq!(interpreter.gil.stats(), stats);
    });
    assert!(
        IS_FREE_TO_GO.load(Relaxed),
        "a turn that ends by itself waits until the next one has the lock"
    );
}

#[grade::test(
    timeout_ms = 120_000,
    hint = "a request, and the holder goes at the same moment: does anybody wait for a thread that never comes?"
)]
fn step3_a_request_may_come_at_any_moment() {
    Model::new().preemptions(2).check(|| {
        let interpreter = Interpreter::new(INTERVAL);
        let others = [
            interpreter.beside(|turn| turn.safe_point()),
            interpreter.beside(|turn| turn.safe_point()),
        ];
        model::advance(INTERVAL);
        thread::yield_now();
        model::advance(INTERVAL);
        others.into_iter().for_each(thread::JoinHandle::join);
        let stats = interpreter.gil.stats();
        assert!(stats.handover_waits <= stats.requests, "who hands over was asked: {stats:?}");
        assert_eq!(stats.switches, 2 + stats.handover_waits, "switches: {stats:?}");
    });
}

#[grade::test(timeout_ms = 15_000, hint = "does a thread that never waits let the others run?")]
fn step3_bytecode_takes_turns_on_threads_of_the_system() {
    const COUNTERS: i64 = 7;
    const TIMES: i64 = 500;
    let (x, done) = (0, 1);
    let count = Code::count(TIMES);
    let is_done = Code(vec![
        Op::LoadGlobal(done),
        Op::LoadConst(1),
        Op::Add,
        Op::StoreGlobal(done),
        Op::LoadConst(0),
        Op::Return,
    ]);
    // It waits for the others, and never leaves the lock of itself.
    let wait = Code(vec![
        Op::LoadGlobal(done),
        Op::LoadConst(COUNTERS),
        Op::Sub,
        Op::JumpIfZero(5),
        Op::Jump(0),
        Op::LoadConst(0),
        Op::Return,
    ]);
    let heap = Heap::new(&[0, 0]);
    let gil = real::IntervalGil::new(Duration::from_millis(1));
    let run = |code: &Code, turn: &mut real::Turn<'_>| {
        let mut frame = Frame::new(code);
        while !frame.has_returned() {
            if frame.step(&heap).expect("the programs have no mistakes") == Step::SafePoint {
                turn.safe_point();
            }
        }
    };
    let mut turn = gil.acquire();
    std::thread::scope(|scope| {
        for _ in 0..COUNTERS {
            scope.spawn(|| {
                let mut turn = gil.acquire();
                run(&count, &mut turn);
                run(&is_done, &mut turn);
            });
        }
        run(&wait, &mut turn);
        drop(turn);
    });
    assert_eq!(heap.most_at_once(), 1, "threads that were in an instruction at once");
    assert_eq!(heap.global(x), Some(COUNTERS * TIMES), "x, of which no update can be lost here");
    let stats = gil.stats();
    assert!(stats.handover_waits >= 1, "the one that waits has handed over: {stats:?}");
}
