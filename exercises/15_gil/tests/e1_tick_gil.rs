//! Exercise 15.1: `gil::e1_tick_gil`, in the model, and on threads of the system.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc as StdArc, Mutex as StdMutex};

use gil::e1_tick_gil as real;
use gil::vm::{self, Code, Frame, Function, Heap, Op, Trap};
use model::{Futex, Model, sync, thread};
use sync::Arc;

#[cfg_attr(feature = "solution", path = "../../../solutions/15_gil/e1_tick_gil.rs")]
#[cfg_attr(not(feature = "solution"), path = "../src/e1_tick_gil.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e1_tick_gil;

use e1_tick_gil::{TickGil, TickStats, eval};

fn gil(check_interval: u32) -> Arc<TickGil> {
    Arc::new(TickGil::new(ticks(check_interval)))
}

fn ticks(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

fn beside<T: 'static>(
    gil: &Arc<TickGil>,
    job: impl FnOnce(&TickGil) -> T + 'static,
) -> thread::JoinHandle<T> {
    let gil = gil.clone();
    thread::spawn(move || job(&gil))
}

/// Starts a thread, and comes back when it has looked at a lock that is held, or is about to.
fn behind<T: 'static>(
    gil: &Arc<TickGil>,
    job: impl FnOnce(&TickGil) -> T + 'static,
) -> thread::JoinHandle<T> {
    let before = model::calls().locks;
    let other = beside(gil, job);
    while model::calls().locks == before {
        thread::yield_now();
    }
    other
}

/// Who has the lock, in this order. All threads of a model run on one thread of the system.
#[derive(Clone, Default)]
struct Log {
    turns: Rc<RefCell<String>>,
    inside: Rc<RefCell<usize>>,
}

impl Log {
    /// Has the lock for a while.
    fn turn(&self, name: char) {
        *self.inside.borrow_mut() += 1;
        assert_eq!(*self.inside.borrow(), 1, "threads that have the lock");
        self.turns.borrow_mut().push(name);
        thread::yield_now();
        *self.inside.borrow_mut() -= 1;
    }

    fn take_and_turn(&self, gil: &TickGil, name: char) {
        let _held = gil.acquire();
        self.turn(name);
    }

    /// One turn, and another one after each of so many ticks.
    fn take_and_tick(&self, gil: &TickGil, name: char, ticks: usize) {
        let mut held = gil.acquire();
        self.turn(name);
        for _ in 0..ticks {
            held.tick();
            self.turn(name);
        }
    }

    fn turns(&self) -> String {
        self.turns.borrow().clone()
    }
}

/// What comes out of `program` over all interleavings.
fn outcomes<T: Ord + Send + 'static>(
    model: &Model,
    program: impl Fn() -> T + Send + Sync + 'static,
) -> BTreeSet<T> {
    let found = StdArc::new(StdMutex::new(BTreeSet::new()));
    model.check({
        let found = found.clone();
        move || {
            let outcome = program();
            found.lock().unwrap().insert(outcome);
        }
    });
    StdArc::into_inner(found).expect("the model has ended").into_inner().unwrap()
}

#[grade::test(timeout_ms = 20_000, hint = "which step takes the lock, and what does a wait tell?")]
fn step1_one_thread_at_a_time() {
    let queues = Model::new().preemptions(2);
    for model in [queues.clone(), queues.clone().futex(Futex::Spurious)] {
        model.check(|| {
            let (gil, log) = (gil(100), Log::default());
            let other = beside(&gil, {
                let log = log.clone();
                move |gil| log.take_and_turn(gil, 'b')
            });
            log.take_and_turn(&gil, 'a');
            log.take_and_turn(&gil, 'a');
            other.join();
            assert_eq!(log.turns().len(), 3, "turns");
        });
    }
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "who sleeps, who wakes whom, and what has changed by then?"
)]
fn step1_who_waits_sleeps_until_one_is_woken() {
    let all = || {
        let (gil, log) = (gil(100), Log::default());
        let held = gil.acquire();
        let others = ['b', 'c'].map(|name| {
            let log = log.clone();
            behind(&gil, move |gil| log.take_and_turn(gil, name))
        });
        drop(held);
        others.into_iter().for_each(thread::JoinHandle::join);
        assert_eq!(log.turns().len(), 2, "turns");
        let calls = model::calls();
        assert_eq!(calls.yields, 0, "`yield_now`: who waits is to sleep, not to ask again");
        let most = calls.most_to_wake;
        assert!(most <= 1, "one can have the lock, and {most} are woken for it");
    };
    Model::new().preemptions(1).check(all);
    // Between a look at the lock and the sleep, it may be freed.
    Model::new().preemptions(3).check(|| {
        let gil = gil(100);
        let other = beside(&gil, |gil| drop(gil.acquire()));
        drop(gil.acquire());
        other.join();
    });
}

#[grade::test(hint = "what runs when a panic passes a `Held`?")]
fn step1_a_panic_frees_the_lock() {
    let gil = real::TickGil::new(ticks(2));
    for _ in 0..3 {
        let result = catch_unwind(AssertUnwindSafe(|| {
            let mut held = gil.acquire();
            held.tick();
            panic!("while the lock is held");
        }));
        let payload = result.expect_err("it panics");
        assert_eq!(payload.downcast_ref(), Some(&"while the lock is held"), "the panic");
    }
    drop(gil.acquire());
    assert_eq!(gil.stats().instructions, 3, "ticks, each before a panic");
}

#[grade::test(hint = "which ticks let go, and when does the count begin anew?")]
fn step2_each_so_manyth_tick_lets_go() {
    let tick_times = |gil: &real::TickGil, times: u64| {
        let mut held = gil.acquire();
        (0..times).for_each(|_| held.tick());
    };
    for interval in [1, 2, 3, 100, u32::MAX] {
        for times in [0, 1, 2, 3, 7, 12, 99, 100, 101, 200] {
            let gil = real::TickGil::new(ticks(interval));
            tick_times(&gil, times);
            let releases = times / u64::from(interval);
            let expected = real::TickStats { instructions: times, releases, handoffs: 0 };
            assert_eq!(gil.stats(), expected, "{times} ticks, of which each {interval}th lets go");
        }
    }
    let gil = real::TickGil::new(ticks(3));
    (0..5).for_each(|_| tick_times(&gil, 2));
    let stats = gil.stats();
    assert_eq!(stats.instructions, 10, "ticks");
    assert_eq!(stats.releases, 0, "five `Held`, each with two ticks, of which each 3rd lets go");
}

#[grade::test(hint = "what does a tick touch that does not let go?")]
fn step2_a_tick_that_does_not_let_go_costs_no_lock() {
    Model::new().check(|| {
        let gil = gil(100);
        let mut held = gil.acquire();
        for round in 0..2 {
            let before = model::calls();
            (0..99).for_each(|_| held.tick());
            let after = model::calls();
            assert_eq!(
                after.locks - before.locks,
                0,
                "locks of a mutex in 99 ticks, round {round}"
            );
            assert_eq!(after.notifications, before.notifications, "nobody is told anything");
            held.tick();
            let locks = model::calls().locks - after.locks;
            assert!(locks > 0, "the 100th tick takes no lock, round {round}: nobody can be next");
        }
    });
}

#[grade::test(
    timeout_ms = 30_000,
    hint = "in which moment of a tick is the lock free, and how does a thread know whether another was first? \
            (By no `ThreadId`: in the model all run on one thread of the system.)"
)]
fn step2_at_a_tick_another_may_be_first() {
    // b waits before a has its first tick.
    let one_waits = || {
        let (gil, log) = (gil(1), Log::default());
        let mut held = gil.acquire();
        let other = behind(&gil, {
            let log = log.clone();
            move |gil| log.take_and_turn(gil, 'b')
        });
        log.turn('a');
        held.tick();
        log.turn('a');
        held.tick();
        log.turn('a');
        drop(held);
        other.join();
        let (turns, stats) = (log.turns(), gil.stats());
        let handoffs = u64::from(!turns.ends_with('b'));
        let expected = TickStats { instructions: 2, releases: 2, handoffs };
        assert_eq!(stats, expected, "a has two ticks, b none; the turns: {turns}");
        turns
    };
    let all: BTreeSet<String> = ["aaab", "aaba", "abaa"].map(String::from).into();
    let found = outcomes(&Model::new().preemptions(2), one_waits);
    let never: Vec<&String> = all.difference(&found).collect();
    assert!(never.is_empty(), "b waits while a ticks twice; these turns never come: {never:?}");
    assert_eq!(found, all, "b waits while a ticks twice");
}

#[grade::test(
    timeout_ms = 30_000,
    hint = "how does a thread learn that another had the lock? \
            (By no `ThreadId`: in the model all run on one thread of the system.)"
)]
fn step2_a_handoff_is_a_release_that_another_has_used() {
    let both_tick = || {
        let (gil, log) = (gil(1), Log::default());
        let other = beside(&gil, {
            let log = log.clone();
            move |gil| log.take_and_tick(gil, 'b', 1)
        });
        log.take_and_tick(&gil, 'a', 2);
        other.join();
        let (turns, stats) = (log.turns(), gil.stats());
        // Of each thread, two turns that follow each other have one of its ticks between them.
        let handoffs: usize = ['a', 'b'].map(|name| handoffs(&turns, name)).iter().sum();
        let expected = TickStats { instructions: 3, releases: 3, handoffs: handoffs as u64 };
        assert_eq!(stats, expected, "a has two ticks, b has one; the turns: {turns}");
        handoffs
    };
    let found = outcomes(&Model::new().preemptions(2), both_tick);
    // The turns `ababa` have three; whether so few preemptions lead to them depends on where a tick can be interrupted.
    let missing: Vec<usize> = [0, 1, 2].into_iter().filter(|some| !found.contains(some)).collect();
    assert!(missing.is_empty(), "handoffs that no interleaving has: {missing:?}; found {found:?}");
    // Two others have had the lock, and it is one release all the same.
    Model::new().preemptions(1).check(|| {
        let (gil, log) = (gil(1), Log::default());
        let others = ['b', 'c'].map(|name| {
            let log = log.clone();
            beside(&gil, move |gil| log.take_and_turn(gil, name))
        });
        log.take_and_tick(&gil, 'a', 1);
        others.into_iter().for_each(thread::JoinHandle::join);
        let (turns, stats) = (log.turns(), gil.stats());
        let expected = handoffs(&turns, 'a') as u64;
        assert_eq!(stats.handoffs, expected, "a has one tick; the turns: {turns}");
        let most = model::calls().most_to_wake;
        assert!(most <= 1, "one can have the lock, and {most} are woken for it");
    });
}

/// How often the turns of others lie between two turns of this one.
fn handoffs(turns: &str, name: char) -> usize {
    let between = turns.trim_matches(|turn| turn != name).split(name);
    between.filter(|others| !others.is_empty()).count()
}

#[grade::test(hint = "what comes before a step, and what after it, however it ends?")]
fn step3_a_frame_runs_to_its_end() {
    // All of it twice: whatever ends a frame frees the lock.
    for (interval, releases) in [(1, 116), (100, 1), (116, 1), (117, 0)] {
        let (gil, heap) = (real::TickGil::new(ticks(interval)), Heap::new(&[7]));
        for (round, x) in [(1, 17), (2, 27)] {
            let result = real::eval(&gil, &mut Frame::new(&Code::count(10)), &heap);
            assert_eq!(result, Ok(0), "the number that it returns");
            assert_eq!(heap.global(0), Some(x), "x, which was 7, after {round} times 10");
            let (instructions, releases) = (116 * round, releases * round);
            let expected = real::TickStats { instructions, releases, handoffs: 0 };
            assert_eq!(gil.stats(), expected, "116 instructions, checked each {interval}");
            assert_eq!(heap.steps(), instructions, "instructions that the machine has run");
        }
    }
    let cases: [(&[Op], Result<i64, Trap>, u64); 4] = [
        (&[Op::LoadConst(9), Op::Return], Ok(9), 2),
        (&[Op::Block(0), Op::Block(0), Op::LoadGlobal(0), Op::Return], Ok(7), 4),
        (&[Op::LoadConst(1), Op::Add, Op::Return], Err(Trap::EmptyStack), 2),
        (&[Op::Block(3), Op::LoadConst(1), Op::Return], Err(Trap::NoFunction(3)), 1),
    ];
    for (ops, expected, instructions) in cases {
        let code = Code(ops.to_vec());
        let calls = StdArc::new(AtomicUsize::new(0));
        let function: Function = Box::new({
            let calls = calls.clone();
            move || {
                calls.fetch_add(1, SeqCst);
            }
        });
        let gil = real::TickGil::new(ticks(100));
        let heap = Heap::with_functions(&[7], vec![function]);
        for round in 1..=2 {
            assert_eq!(real::eval(&gil, &mut Frame::new(&code), &heap), expected, "of\n{code}");
            assert_eq!(gil.stats().instructions, round * instructions, "ticks of\n{code}");
        }
        let blocks = ops.iter().filter(|&&op| op == Op::Block(0)).count();
        assert_eq!(calls.load(SeqCst), 2 * blocks, "calls of what may block, of\n{code}");
    }
    let panics: Function = Box::new(|| panic!("within an instruction"));
    let gil = real::TickGil::new(ticks(10));
    let heap = Heap::with_functions(&[0], vec![panics]);
    let code = Code(vec![Op::Call(0)]);
    let mut run = || real::eval(&gil, &mut Frame::new(&code), &heap);
    for _ in 0..2 {
        catch_unwind(AssertUnwindSafe(&mut run)).expect_err("the call panics");
    }
    let result = real::eval(&gil, &mut Frame::new(&Code::x_plus_1()), &heap);
    assert_eq!(result, Ok(0), "after two frames that panicked");
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "where does the lock change hands, and what is half done there?"
)]
fn step3_x_plus_1_is_lost_where_the_lock_is_given_up_within_it() {
    // x is loaded by instruction 1 and stored by instruction 4; each has a tick before it.
    for (interval, xs) in [(1, vec![1, 2]), (4, vec![1, 2]), (5, vec![2]), (100, vec![2])] {
        let found = outcomes(&Model::new().preemptions(1), move || {
            let (gil, heap) = (gil(interval), StdArc::new(Heap::new(&[0])));
            let other = beside(&gil, {
                let heap = heap.clone();
                move |gil| eval(gil, &mut Frame::new(&Code::x_plus_1()), &heap)
            });
            assert_eq!(eval(&gil, &mut Frame::new(&Code::x_plus_1()), &heap), Ok(0));
            assert_eq!(other.join(), Ok(0));
            assert_eq!(gil.stats().instructions, heap.steps(), "a tick before each instruction");
            heap.global(0).expect("there is an x")
        });
        let found: Vec<i64> = found.into_iter().collect();
        assert_eq!(found, xs, "what can be in x after two `x += 1`, with a check each {interval}");
    }
}

#[grade::test(timeout_ms = 20_000, hint = "which instructions run without the lock?")]
fn step3_one_instruction_at_a_time() {
    // A call takes its time, and the others could come in meanwhile.
    for (op, interval) in [(Op::Call(0), 1), (Op::Call(0), 100), (Op::Block(0), 1)] {
        Model::new().preemptions(1).check(move || {
            let code = Code(vec![op, op, Op::LoadConst(0), Op::Return]);
            let calls = StdArc::new(AtomicUsize::new(0));
            let function: Function = Box::new({
                let calls = calls.clone();
                move || {
                    let before = calls.fetch_add(1, SeqCst);
                    assert_eq!(before, 0, "calls that are under way");
                    thread::yield_now();
                    calls.fetch_sub(1, SeqCst);
                }
            });
            let heap = StdArc::new(Heap::with_functions(&[], vec![function]));
            let gil = gil(interval);
            let other = beside(&gil, {
                let (heap, code) = (heap.clone(), code.clone());
                move |gil| eval(gil, &mut Frame::new(&code), &heap)
            });
            assert_eq!(eval(&gil, &mut Frame::new(&code), &heap), Ok(0));
            assert_eq!(other.join(), Ok(0));
            assert_eq!(heap.most_at_once(), 1, "threads that were within an instruction at once");
        });
    }
}

#[grade::test(timeout_ms = 20_000, hint = "does it hold on threads of the system, too?")]
fn step3_four_threads_of_the_system_run_to_their_ends() {
    for interval in [1, 10, 1_000] {
        let gil = real::TickGil::new(ticks(interval));
        let heap = Heap::new(&[0]);
        let code = Code::count(50);
        std::thread::scope(|scope| {
            let evals =
                [(); 4].map(|()| scope.spawn(|| real::eval(&gil, &mut Frame::new(&code), &heap)));
            for eval in evals {
                assert_eq!(eval.join().expect("no thread panics"), Ok(0));
            }
        });
        let (steps, stats) = (4 * (50 * 11 + 6), gil.stats());
        assert_eq!(heap.steps(), steps, "instructions that the machine has run");
        assert_eq!((stats.instructions, heap.most_at_once()), (steps, 1), "ticks, and at once");
        let releases = 4 * ((50 * 11 + 6) / u64::from(interval));
        assert_eq!(stats.releases, releases, "of four threads, each checked each {interval}");
        if interval > 50 * 11 + 6 {
            assert_eq!(heap.global(0), Some(200), "nobody lets go before its end");
        }
    }
}
