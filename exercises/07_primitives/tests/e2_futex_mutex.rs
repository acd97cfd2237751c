//! Exercise 7.2: `primitives::e2_futex_mutex`, in the model, and on threads of the system.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use model::{Futex, Model, sync, thread};
use primitives::e2_futex_mutex as real;
use sync::Arc;

#[cfg_attr(feature = "solution", path = "../../../solutions/07_primitives/e2_futex_mutex.rs")]
#[cfg_attr(not(feature = "solution"), path = "../src/e2_futex_mutex.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e2_futex_mutex;

use e2_futex_mutex::FutexMutex;

fn add_one(mutex: &FutexMutex<usize>) {
    *mutex.lock() += 1;
}

/// As [`add_one`], with `try_lock`.
fn try_to_add_one(mutex: &FutexMutex<usize>) {
    loop {
        if let Some(mut count) = mutex.try_lock() {
            *count += 1;
            return;
        }
        thread::yield_now();
    }
}

/// Each of these threads does its part, one of them the thread of the model.
fn together(parts: &[fn(&FutexMutex<usize>)]) -> impl Fn() + Send + Sync + use<> {
    let parts = parts.to_vec();
    move || {
        let mutex = Arc::new(FutexMutex::new(0));
        let (mine, others) = parts.split_first().expect("somebody takes part");
        let others: Vec<_> = others
            .iter()
            .map(|&part| {
                let mutex = mutex.clone();
                thread::spawn(move || part(&mutex))
            })
            .collect();
        mine(&mutex);
        for other in others {
            other.join();
        }
        assert_eq!(*mutex.lock(), parts.len(), "each thread has added one");
    }
}

/// A model in which every sleep ends at once, and weak exchanges fail.
fn restless() -> Model {
    Model::new().weak_may_fail().futex(Futex::Spurious).preemptions(3)
}

#[grade::test(hint = "what frees the mutex when a guard goes away?")]
fn step1_a_mutex_is_free_again_after_its_guard() {
    Model::new().weak_may_fail().check(|| {
        let mutex = FutexMutex::new(1);
        *mutex.lock() += 1;
        assert_eq!(*mutex.lock(), 2, "the guard gives the value that is in the mutex");
    });
}

#[grade::test(hint = "which step takes the mutex, and what does the next holder see?")]
fn step1_one_thread_at_a_time() {
    restless().check(together(&[add_one, add_one]));
}

#[grade::test(
    hint = "does a thread that waits sleep, and does the unlock come before the wake-up?"
)]
fn step2_who_waits_sleeps() {
    // The holder keeps the mutex until the other thread sleeps: once, and again where it wakes up
    // without a reason.
    for (futex, sleeps) in [(Futex::Queues, 1), (Futex::Spurious, 3)] {
        Model::new().futex(futex).preemptions(1).check(move || {
            let mutex = Arc::new(FutexMutex::new(0));
            let guard = mutex.lock();
            let other = thread::spawn({
                let mutex = mutex.clone();
                move || add_one(&mutex)
            });
            while model::calls().futex_waits < sleeps {
                thread::yield_now();
            }
            drop(guard);
            other.join();
        });
    }
}

#[grade::test(hint = "between the last look at the state and the sleep, what may happen?")]
fn step2_the_unlock_wakes_who_sleeps() {
    Model::new().check(together(&[add_one, add_one]));
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "when a sleeper has the mutex, who knows of the one that still sleeps?"
)]
fn step2_of_two_sleepers_none_is_forgotten() {
    Model::new().preemptions(2).check(together(&[add_one, add_one, add_one]));
}

#[grade::test(hint = "what does the state tell an unlock about sleepers?")]
fn step2_no_system_call_where_nobody_waits() {
    Model::new().check(|| {
        let mutex = FutexMutex::new(0);
        for _ in 0..3 {
            *mutex.lock() += 1;
        }
        drop(mutex.try_lock());
        let calls = model::calls();
        assert_eq!(
            (calls.futex_waits, calls.futex_wakes),
            (0, 0),
            "futex_wait and futex_wake calls of a thread that is alone"
        );
    });
}

#[grade::test(timeout_ms = 20_000, hint = "how many threads can take the mutex after an unlock?")]
fn step2_an_unlock_wakes_one_thread() {
    let all = together(&[add_one, add_one, add_one]);
    Model::new().preemptions(1).check(move || {
        all();
        let most = model::calls().most_to_wake;
        assert!(most <= 1, "one can take the mutex, and an unlock wakes up to {most} threads");
    });
}

#[grade::test(hint = "what becomes of a guard that nobody takes?")]
fn step3_try_lock_leaves_a_mutex_that_is_taken() {
    Model::new().weak_may_fail().check(|| {
        let mutex = FutexMutex::new(0);
        let guard = mutex.lock();
        assert!(mutex.try_lock().is_none(), "the mutex is taken");
        assert!(mutex.try_lock().is_none(), "the mutex is still taken");
        drop(guard);
        let guard = mutex.try_lock();
        assert!(guard.is_some(), "the mutex is free");
        assert!(mutex.try_lock().is_none(), "`try_lock` has taken it");
        drop(guard);
        assert!(mutex.try_lock().is_some(), "the guard that `try_lock` gave is gone");
        assert_eq!(model::calls().futex_waits, 0, "`try_lock` never waits");
    });
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "which steps may change the state of a mutex that is taken, and to what?"
)]
fn step3_try_lock_goes_with_lock() {
    restless().check(together(&[try_to_add_one, try_to_add_one]));
    restless().check(together(&[try_to_add_one, add_one]));
    Model::new().preemptions(3).check(together(&[try_to_add_one, add_one]));
    Model::new().preemptions(2).check(together(&[try_to_add_one, add_one, add_one]));
}

#[grade::test(hint = "what runs when a panic passes a guard?")]
fn step3_a_panic_frees_the_mutex() {
    let mutex = real::FutexMutex::new(0);
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut count = mutex.lock();
        *count = 7;
        panic!("while the mutex is taken");
    }));
    assert!(result.is_err());
    let count = mutex.try_lock().expect("the panic has passed the guard, so the mutex is free");
    assert_eq!(*count, 7, "what was done before the panic stays done");
}

#[grade::test(hint = "which threads get a `T`, and which get a `&T`?")]
fn step3_only_what_may_move_between_threads_may_be_shared() {
    use grade::impls;
    use real::{FutexGuard, FutexMutex};

    assert!(impls!(FutexMutex<Cell<u8>>: Sync), "one thread at a time has the Cell");
    for may_move in [
        impls!(FutexMutex<Rc<u8>>: Sync),
        impls!(FutexMutex<Rc<u8>>: Send),
        impls!(FutexGuard<'static, Rc<u8>>: Send),
    ] {
        assert!(!may_move, "an Rc must stay on its thread");
    }
    assert!(impls!(FutexGuard<'static, u8>: Sync), "a shared guard gives out `&u8`");
    assert!(
        !impls!(FutexGuard<'static, Cell<u8>>: Sync),
        "threads that share a guard share the Cell in it"
    );
    // And the mutex works.
    let mutex = FutexMutex::new(Cell::new(1));
    mutex.lock().set(2);
    assert_eq!(mutex.lock().get(), 2);
}

#[grade::test(timeout_ms = 20_000, hint = "does the mutex hold on threads of the system, too?")]
fn step3_more_threads_than_processors() {
    const THREADS: u64 = 8;
    const ROUNDS: u64 = 1_000;
    let mutex = real::FutexMutex::new(0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..ROUNDS).for_each(|_| *mutex.lock() += 1));
        }
    });
    assert_eq!(*mutex.lock(), THREADS * ROUNDS, "what {THREADS} threads have added");
}
