//! Exercise 15.3: `gil::e3_blocking_section`, on threads of the system.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

use gil::e3_blocking_section::{Gil, Ref, with_gil};
use gil::given::Interpreter;
use gil::vm::{Code, Frame, Function, Heap, Op, Trap};

/// An interpreter with two objects, and no functions.
fn interpreter() -> Interpreter {
    Interpreter::new(Heap::new(&[0]), &[10, 20])
}

/// Has a turn on another thread, and waits for its end. Whoever holds the lock meanwhile waits for ever.
fn turn_of_another_thread(interpreter: &Interpreter) {
    thread::scope(|scope| drop(scope.spawn(|| with_gil(interpreter, |_| {})).join()));
}

/// How many references to an object there are.
fn references(interpreter: &Interpreter, at: usize) -> usize {
    // SAFETY: nobody else uses the interpreter at the moment, or this thread holds its lock.
    unsafe { interpreter.objects[at].references() }
}

/// Calls `f`, which panics, and comes back.
fn catch(f: impl FnOnce()) {
    assert!(catch_unwind(AssertUnwindSafe(f)).is_err(), "the panic goes on");
}

#[grade::test(
    hint = "who has the lock before, during and after the call? And what stays on its thread?"
)]
fn step1_the_lock_is_held_as_long_as_the_proof_is_there() {
    let interpreter = interpreter();
    let lock = &interpreter.lock;
    let text = with_gil(&interpreter, |_| {
        assert!(lock.is_mine(), "this thread holds the lock in the call");
        String::from("result")
    });
    assert_eq!((text.as_str(), lock.is_mine(), lock.turns()), ("result", false, 1));
    turn_of_another_thread(&interpreter);
    assert_eq!(lock.turns(), 2, "turns");
    assert!(
        !grade::impls!(Gil<'static>: Send),
        "another thread does not hold the lock: `Gil` is `Send`"
    );
    assert!(
        !grade::impls!(Gil<'static>: Sync),
        "another thread does not hold the lock: `Gil` is `Sync`"
    );
}

#[grade::test(hint = "what runs where a panic leaves a function?")]
fn step1_a_panic_frees_the_lock() {
    let interpreter = interpreter();
    catch(|| with_gil(&interpreter, |_| panic!("a mistake in C")));
    assert!(!interpreter.lock.is_mine(), "this thread holds the lock after the panic");
    turn_of_another_thread(&interpreter);
}

#[grade::test(
    hint = "between which two lines is the lock free, and on which thread is `f` called?"
)]
fn step2_a_section_runs_without_the_lock_and_comes_back_with_it() {
    let interpreter = interpreter();
    let lock = &interpreter.lock;
    with_gil(&interpreter, |gil| {
        let this_thread = thread::current().id();
        let text = gil.allow_threads(|| {
            assert!(!lock.is_mine(), "this thread holds the lock in the section");
            assert_eq!(thread::current().id(), this_thread, "the thread of the section");
            turn_of_another_thread(&interpreter);
            String::from("result")
        });
        assert_eq!((text.as_str(), lock.is_mine()), ("result", true), "after the section");
        assert_eq!(lock.turns(), 3, "turns: two of this thread, and one of another");
        gil.allow_threads(|| {});
        assert_eq!((lock.is_mine(), lock.turns()), (true, 4), "after a second section");
    });
    assert!(!lock.is_mine(), "this thread holds the lock after `with_gil`");
}

#[grade::test(hint = "what do the others do while one of them blocks?")]
fn step2_sections_of_all_threads_are_open_at_once() {
    let interpreter = interpreter();
    let all_are_there = Barrier::new(5);
    thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| {
                with_gil(&interpreter, |gil| {
                    gil.allow_threads(|| all_are_there.wait());
                    // Where not all have come back yet, that is no reason to wait.
                    gil.allow_threads(|| all_are_there.wait());
                });
            });
        }
    });
    assert_eq!(interpreter.lock.turns(), 15, "turns, of 5 threads with 2 sections each");
}

#[grade::test(
    hint = "a panic leaves the section: what was dropped on its way, and with the lock in whose hands?"
)]
fn step2_a_panic_in_a_section_brings_the_lock_back() {
    /// Looks who has the lock when it is dropped, as a reference to an object would need to.
    struct Witness<'a>(&'a Interpreter, &'a Cell<bool>);

    impl Drop for Witness<'_> {
        fn drop(&mut self) {
            self.1.set(self.0.lock.is_mine());
        }
    }

    let interpreter = interpreter();
    let lock = &interpreter.lock;
    with_gil(&interpreter, |gil| {
        let held_in_drop = Cell::new(false);
        catch(|| {
            let _witness = Witness(&interpreter, &held_in_drop);
            gil.allow_threads(|| {
                turn_of_another_thread(&interpreter);
                panic!("a socket that is gone");
            });
        });
        assert!(held_in_drop.get(), "values of the frame are dropped with the lock");
        assert_eq!((lock.is_mine(), lock.turns()), (true, 3), "after the panic");
    });
    // And where nobody catches it, the lock is free in the end.
    catch(|| with_gil(&interpreter, |gil| gil.allow_threads(|| panic!("another one"))));
    assert!(!lock.is_mine(), "this thread holds the lock after the panic");
    assert_eq!(lock.turns(), 5, "turns");
    turn_of_another_thread(&interpreter);
}

#[grade::test(hint = "may code in a section take the lock itself, as any other code without it?")]
fn step2_in_a_section_the_lock_can_be_taken_again() {
    let interpreter = interpreter();
    let lock = &interpreter.lock;
    with_gil(&interpreter, |gil| {
        gil.allow_threads(|| {
            with_gil(&interpreter, |inner| {
                assert!(lock.is_mine(), "the inner proof");
                inner.allow_threads(|| turn_of_another_thread(&interpreter));
                assert!(lock.is_mine(), "the inner proof, after its section");
            });
            assert!(!lock.is_mine(), "the outer section goes on without the lock");
        });
        assert_eq!((lock.is_mine(), lock.turns()), (true, 5), "after both");
    });
}

#[grade::test(hint = "when is a reference counted, and which threads may do so?")]
fn step3_references_are_counted() {
    let interpreter = interpreter();
    with_gil(&interpreter, |gil| {
        let first = gil.object(1);
        assert_eq!(first.add(2), 22, "20 + 2");
        let second = gil.object(1);
        assert_eq!(
            [0, 1].map(|at| references(&interpreter, at)),
            [1, 3],
            "references to each object"
        );
        drop(first);
        assert_eq!(references(&interpreter, 1), 2, "references, after a drop");
        // They live on while others run.
        gil.allow_threads(|| {
            let other = || with_gil(&interpreter, |gil| gil.object(1).add(3));
            let sum = thread::scope(|scope| scope.spawn(other).join());
            assert_eq!(sum.expect("it does not panic"), 25, "20 + 2 + 3");
        });
        assert_eq!(references(&interpreter, 1), 2, "references, after the turn of another thread");
        assert_eq!(second.add(0), 25, "what another thread has added is seen");
    });
    assert_eq!([0, 1].map(|at| references(&interpreter, at)), [1, 1], "references to each object");
    assert!(!grade::impls!(Ref<'static>: Send), "a section could take it along: `Ref` is `Send`");
    assert!(!grade::impls!(Ref<'static>: Sync), "a section could borrow it: `Ref` is `Sync`");
}

#[grade::test(hint = "who waits, and who has the lock when `safe_point` returns?")]
fn step3_at_a_safe_point_who_waits_has_its_turn() {
    let interpreter = interpreter();
    let lock = &interpreter.lock;
    let turn_is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        with_gil(&interpreter, |gil| {
            gil.safe_point();
            let after = (lock.is_mine(), lock.turns());
            assert_eq!(after, (true, 1), "the lock, after a safe point where nobody waits");
            scope.spawn(|| with_gil(&interpreter, |_| turn_is_over.store(true, SeqCst)));
            while !lock.is_wanted() {
                thread::yield_now();
            }
            gil.safe_point();
            assert!(turn_is_over.load(SeqCst), "the other thread has had its turn");
            let after = (lock.is_mine(), lock.turns());
            assert_eq!(after, (true, 3), "the lock, after a safe point where somebody waits");
        });
    });
}

#[grade::test(hint = "how many turns of others is a safe point to wait for?")]
fn step3_a_safe_point_lets_those_go_first_who_came_before() {
    let interpreter = interpreter();
    let lock = &interpreter.lock;
    let wait_until = |waiting| {
        while lock.waiting() < waiting {
            thread::yield_now();
        }
    };
    thread::scope(|scope| {
        with_gil(&interpreter, |gil| {
            scope.spawn(|| {
                with_gil(&interpreter, |_| {
                    // The one that is at its safe point waits, and then another one behind it.
                    wait_until(1);
                    scope.spawn(|| with_gil(&interpreter, |_| {}));
                    wait_until(2);
                });
            });
            wait_until(1);
            gil.safe_point();
            let after = (lock.is_mine(), lock.turns(), lock.waiting());
            assert_eq!(
                after,
                (true, 3, 1),
                "the lock after a safe point: whether it is back, its turns, and who waits, for one has come later"
            );
        });
    });
}

#[grade::test(
    hint = "which steps are a chance for others, and which one is a call that may block?"
)]
fn step3_bytecode_gives_the_lock_up() {
    const THREADS: usize = 4;
    const TIMES: i64 = 100;
    let (x, flag) = (0, 1);
    let met = Barrier::new(THREADS);
    let meet: Function = Box::new(move || _ = met.wait());
    let interpreter = Interpreter::new(Heap::with_functions(&[0, 0], vec![meet]), &[]);
    let count = Code::count(TIMES);
    let block = Code(vec![Op::Block(0), Op::LoadConst(7), Op::Return]);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let results = with_gil(&interpreter, |gil| {
                    [&count, &block].map(|code| gil.eval(&mut Frame::new(code)))
                });
                assert_eq!(results, [Ok(0), Ok(7)], "the results of the frames");
            });
        }
    });
    let sum = TIMES * THREADS as i64;
    assert_eq!(interpreter.heap.global(x), Some(sum), "x, of which no update is lost here");

    let wait = vec![Op::LoadGlobal(flag), Op::JumpIfZero(0), Op::LoadConst(3), Op::Return];
    let set = vec![Op::LoadConst(1), Op::StoreGlobal(flag), Op::LoadConst(0), Op::Return];
    let (wait, set) = (Code(wait), Code(set));
    let turns = interpreter.lock.turns();
    let result = with_gil(&interpreter, |gil| gil.eval(&mut Frame::new(&count)));
    let turns = interpreter.lock.turns() - turns;
    assert_eq!((result, turns), (Ok(0), 1), "a loop, and its turns: nobody else wants the lock");
    thread::scope(|scope| {
        with_gil(&interpreter, |gil| {
            scope.spawn(|| with_gil(&interpreter, |gil| gil.eval(&mut Frame::new(&set))));
            while !interpreter.lock.is_wanted() {
                thread::yield_now();
            }
            let turns = interpreter.lock.turns();
            assert_eq!(gil.eval(&mut Frame::new(&Code::x_plus_1())), Ok(0), "x += 1");
            let after = interpreter.lock.turns();
            assert_eq!(after, turns, "turns, after x += 1, which has no safe point");
            let result = gil.eval(&mut Frame::new(&wait));
            assert_eq!(result, Ok(3), "a loop that waits for another thread");
            let trap = Code(vec![Op::Block(9)]);
            assert_eq!(gil.eval(&mut Frame::new(&trap)), Err(Trap::NoFunction(9)), "the result");
            assert!(interpreter.lock.is_mine(), "this thread holds the lock after a trap");
        });
    });
    assert_eq!(interpreter.heap.most_at_once(), 1, "threads that were in an instruction at once");
}
