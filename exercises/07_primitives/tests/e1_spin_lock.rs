//! Exercise 7.1: `primitives::e1_spin_lock`, in the model, and on threads of the system.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::MutexGuard;

use model::{Model, sync, thread};
use primitives::e1_spin_lock as real;
use sync::Arc;

#[cfg_attr(feature = "solution", path = "../../../solutions/07_primitives/e1_spin_lock.rs")]
#[cfg_attr(not(feature = "solution"), path = "../src/e1_spin_lock.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e1_spin_lock;

use e1_spin_lock::SpinLock;

/// In a model, two threads add one each, in these two ways.
fn count_to_two(mine: fn(&SpinLock<u32>), others: fn(&SpinLock<u32>)) {
    Model::new().preemptions(3).check(move || {
        let lock = Arc::new(SpinLock::new(0));
        let other = thread::spawn({
            let lock = lock.clone();
            move || others(&lock)
        });
        mine(&lock);
        other.join();
        assert_eq!(*lock.lock(), 2, "two threads have added one each");
    });
}

fn add_one(lock: &SpinLock<u32>) {
    *lock.lock() += 1;
}

/// As [`add_one`], with `try_lock`.
fn try_to_add_one(lock: &SpinLock<u32>) {
    loop {
        if let Some(mut count) = lock.try_lock() {
            *count += 1;
            return;
        }
        thread::yield_now();
    }
}

#[grade::test(hint = "what frees the lock when a guard goes away?")]
fn step1_a_lock_is_free_again_after_its_guard() {
    Model::new().weak_may_fail().check(|| {
        let lock = SpinLock::new(1);
        *lock.lock() += 1;
        assert_eq!(*lock.lock(), 2, "the guard gives the value that is in the lock");
    });
}

#[grade::test(hint = "which step takes the lock, and what does the next holder see?")]
fn step1_one_thread_at_a_time() {
    count_to_two(add_one, add_one);
}

#[grade::test(hint = "what becomes of a guard that nobody takes?")]
fn step2_try_lock_leaves_a_lock_that_is_taken() {
    Model::new().weak_may_fail().check(|| {
        let lock = SpinLock::new(0);
        let guard = lock.lock();
        assert!(lock.try_lock().is_none(), "the lock is taken");
        assert!(lock.try_lock().is_none(), "the lock is still taken");
        drop(guard);
        let guard = lock.try_lock();
        assert!(guard.is_some(), "the lock is free");
        assert!(lock.try_lock().is_none(), "`try_lock` has taken it");
        drop(guard);
        assert!(lock.try_lock().is_some(), "the guard that `try_lock` gave is gone");
    });
}

#[grade::test(hint = "which step takes the lock, and what does the next holder see?")]
fn step2_try_lock_keeps_the_others_out() {
    count_to_two(try_to_add_one, add_one);
    count_to_two(try_to_add_one, try_to_add_one);
}

#[grade::test(hint = "what runs when a panic passes a guard?")]
fn step3_a_panic_frees_the_lock() {
    let lock = real::SpinLock::new(0);
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut count = lock.lock();
        *count = 7;
        panic!("while the lock is taken");
    }));
    assert!(result.is_err());
    let count = lock.try_lock().expect("the panic has passed the guard, so the lock is free");
    assert_eq!(*count, 7, "what was done before the panic stays done");
}

#[grade::test(hint = "what may happen if the holder waits for the processor of who waits for it?")]
fn step3_who_waits_long_lets_others_run() {
    // The holder keeps the lock until the other thread has let others run.
    Model::new().preemptions(1).check(|| {
        let lock = Arc::new(SpinLock::new(0));
        let mut count = lock.lock();
        let other = thread::spawn({
            let lock = lock.clone();
            move || add_one(&lock)
        });
        while model::calls().yields < 3 {
            thread::yield_now();
        }
        *count += 1;
        drop(count);
        other.join();
        assert_eq!(*lock.lock(), 2, "the holder has added one, and who waited another");
    });
}

#[grade::test(hint = "which threads get a `T`, and which get a `&T`?")]
fn step3_only_what_may_move_between_threads_may_be_shared() {
    use grade::impls;
    use real::{SpinGuard, SpinLock};

    assert!(impls!(SpinLock<Cell<u8>>: Sync), "one thread at a time has the Cell");
    assert!(
        !impls!(SpinLock<Rc<u8>>: Sync),
        "an Rc must stay on its thread: its count is not atomic"
    );
    assert!(
        !impls!(SpinLock<MutexGuard<'static, u8>>: Sync),
        "a MutexGuard must stay on its thread, though `&MutexGuard` may leave it"
    );
    assert!(impls!(SpinGuard<'static, u8>: Sync), "a shared guard gives out `&u8`");
    assert!(
        !impls!(SpinGuard<'static, Cell<u8>>: Sync),
        "threads that share a guard share the Cell in it"
    );
    // And the lock works.
    let lock = SpinLock::new(Cell::new(1));
    lock.lock().set(2);
    assert_eq!(lock.lock().get(), 2);
}

#[grade::test(timeout_ms = 20_000, hint = "does the lock hold on threads of the system, too?")]
fn step3_more_threads_than_processors() {
    const THREADS: u64 = 8;
    const ROUNDS: u64 = 1_000;
    let lock = real::SpinLock::new(0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..ROUNDS).for_each(|_| *lock.lock() += 1));
        }
    });
    assert_eq!(*lock.lock(), THREADS * ROUNDS, "what {THREADS} threads have added");
}
