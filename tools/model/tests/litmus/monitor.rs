//! A mutex and condition variables, and a clock that the model moves.

use std::sync::Arc as StdArc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use model::sync::{Arc, Condvar, Instant, Mutex, yield_now};
use model::{Futex, Model, Reason, Rejection, advance, calls, thread};

const SECOND: Duration = Duration::from_secs(1);

/// A flag that one thread raises and another waits for.
fn flag(
    model: Model,
    wait: fn(&Mutex<bool>, &Condvar),
    raise: fn(&Mutex<bool>, &Condvar),
) -> Result<usize, Rejection> {
    model.try_check(move || {
        let flag = Arc::new((Mutex::new(false), Condvar::new()));
        let other = thread::spawn({
            let flag = flag.clone();
            move || raise(&flag.0, &flag.1)
        });
        wait(&flag.0, &flag.1);
        assert!(*flag.0.lock().unwrap(), "the flag is up after the wait");
        other.join();
    })
}

fn wait(flag: &Mutex<bool>, raised: &Condvar) {
    drop(raised.wait_while(flag.lock().unwrap(), |flag| !*flag).unwrap());
}

fn raise(flag: &Mutex<bool>, raised: &Condvar) {
    *flag.lock().unwrap() = true;
    raised.notify_one();
}

#[grade::test]
fn to_change_and_to_notify() {
    flag(Model::new(), wait, raise).unwrap();
    flag(Model::new().futex(Futex::Spurious).preemptions(3), wait, raise).unwrap();
}

#[grade::test]
fn to_notify_and_to_change_is_a_deadlock() {
    let rejected = flag(Model::new(), wait, |flag, raised| {
        raised.notify_one();
        *flag.lock().unwrap() = true;
    });
    assert_eq!(rejected.unwrap_err().reason(), Reason::Deadlock);
}

#[grade::test]
fn a_wait_without_a_look_after_it() {
    let once: fn(&Mutex<bool>, &Condvar) = |flag, raised| {
        let guard = flag.lock().unwrap();
        if !*guard {
            drop(raised.wait(guard).unwrap());
        }
    };
    flag(Model::new(), once, raise).unwrap();
    let restless = Model::new().futex(Futex::Spurious).preemptions(3);
    assert_eq!(flag(restless, once, raise).unwrap_err().reason(), Reason::Panic);
}

#[grade::test]
fn two_locks_in_two_orders_are_a_deadlock() {
    let rejected = Model::new().try_check(|| {
        let locks = Arc::new([Mutex::new(()), Mutex::new(())]);
        let other = thread::spawn({
            let locks = locks.clone();
            move || {
                let _one = locks[1].lock().unwrap();
                let _two = locks[0].lock().unwrap();
            }
        });
        {
            let _one = locks[0].lock().unwrap();
            let _two = locks[1].lock().unwrap();
        }
        other.join();
    });
    let rejected = rejected.unwrap_err();
    assert_eq!(rejected.reason(), Reason::Deadlock);
    insta::assert_snapshot!(rejected.to_string(), @"
    deadlock: every thread waits, and nobody is left who could wake one.
      thread 0 waits for a Mutex at litmus/monitor.rs:80
      thread 1 waits for a Mutex at litmus/monitor.rs:75

    One interleaving that shows it (the model's number 10):
      thread 0  litmus/monitor.rs:71  starts thread 1
      thread 0  litmus/monitor.rs:79  locks Mutex #0
      thread 0  litmus/monitor.rs:80  waits for Mutex #1
      thread 1  litmus/monitor.rs:74  locks Mutex #1
      thread 1  litmus/monitor.rs:75  waits for Mutex #0
    ");
}

/// Two threads take two locks in two orders; each takes its second one with `second`.
fn in_two_orders(second: fn(&[Mutex<u32>; 2], usize)) -> Result<usize, Rejection> {
    Model::new().preemptions(3).try_check(move || {
        let locks = Arc::new([Mutex::new(0), Mutex::new(0)]);
        let other = thread::spawn({
            let locks = locks.clone();
            move || second(&locks, 1)
        });
        second(&locks, 0);
        other.join();
        for lock in &*locks {
            assert_eq!(*lock.lock().unwrap(), 2);
        }
    })
}

#[grade::test]
fn to_try_the_second_lock_and_to_give_back_the_first() {
    let back_off: fn(&[Mutex<u32>; 2], usize) = |locks, first| {
        loop {
            let mut one = locks[first].lock().unwrap();
            if let Ok(mut two) = locks[1 - first].try_lock() {
                *one += 1;
                *two += 1;
                return;
            }
            drop(one);
            yield_now();
        }
    };
    in_two_orders(back_off).unwrap();
}

#[grade::test]
fn to_try_the_second_lock_and_to_keep_the_first() {
    let insist: fn(&[Mutex<u32>; 2], usize) = |locks, first| {
        let mut one = locks[first].lock().unwrap();
        let mut two = loop {
            match locks[1 - first].try_lock() {
                Ok(two) => break two,
                Err(_) => yield_now(),
            }
        };
        *one += 1;
        *two += 1;
    };
    assert_eq!(in_two_orders(insist).unwrap_err().reason(), Reason::Endless);
}

#[grade::test]
fn a_lock_that_is_tried_is_held_in_some_interleavings_and_free_in_others() {
    let held = StdArc::new(AtomicUsize::new(0));
    let free = StdArc::new(AtomicUsize::new(0));
    let counts = (held.clone(), free.clone());
    Model::new().check(move || {
        let lock = Arc::new(Mutex::new(()));
        let other = thread::spawn({
            let lock = lock.clone();
            move || drop(lock.lock().unwrap())
        });
        let count = if lock.try_lock().is_ok() { &counts.1 } else { &counts.0 };
        count.fetch_add(1, Ordering::Relaxed);
        other.join();
    });
    assert!(held.load(Ordering::Relaxed) > 0, "held at least once");
    assert!(free.load(Ordering::Relaxed) > 0, "free at least once");
}

#[grade::test]
fn time_moves_by_the_model_alone() {
    Model::new().preemptions(2).check(|| {
        let start = Instant::now();
        let never = Arc::new((Mutex::new(()), Condvar::new()));
        let other = thread::spawn({
            let never = never.clone();
            move || {
                let wait = never.1.wait_timeout(never.0.lock().unwrap(), 3 * SECOND).unwrap();
                assert!(wait.1.timed_out(), "nobody notifies");
                start.elapsed()
            }
        });
        while calls().waits == 0 {
            thread::yield_now();
        }
        assert_eq!(
            [advance(SECOND), advance(SECOND), advance(SECOND)],
            [0, 0, 1],
            "waits that end"
        );
        assert_eq!(other.join(), 3 * SECOND);
    });
}

#[grade::test]
fn a_wait_that_ends_for_no_reason_is_no_time_out_unless_the_time_is_out() {
    let over = StdArc::new(AtomicUsize::new(0));
    let seen = StdArc::clone(&over);
    Model::new().futex(Futex::Spurious).preemptions(2).check(move || {
        let never = Arc::new((Mutex::new(()), Condvar::new()));
        let other = thread::spawn({
            let never = never.clone();
            move || {
                let start = Instant::now();
                let wait = never.1.wait_timeout(never.0.lock().unwrap(), SECOND).unwrap();
                (wait.1.timed_out(), start.elapsed())
            }
        });
        while calls().waits == 0 {
            thread::yield_now();
        }
        advance(SECOND / 2);
        advance(SECOND / 2);
        let (is_over, waited) = other.join();
        assert!(!is_over || waited == SECOND, "the time is out after {waited:?}");
        seen.fetch_add(usize::from(is_over), Ordering::Relaxed);
    });
    assert!(over.load(Ordering::Relaxed) > 0, "the time was out at least once");
}

#[grade::test]
fn the_locks_of_mutexes_are_counted() {
    Model::new().check(|| {
        let mutex = Mutex::new(());
        let guard = mutex.lock().unwrap();
        assert!(mutex.try_lock().is_err(), "it is held");
        drop(guard);
        assert_eq!((calls().locks, calls().waits), (2, 0));
    });
}

#[grade::test]
fn whom_a_notification_wakes_can_be_chosen() {
    let first_to_wake = |model: Model| {
        model.try_check(|| {
            let queue = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
            let others = [1, 2].map(|name| {
                let before = calls().waits;
                let theirs = queue.clone();
                let other = thread::spawn(move || {
                    let mut woken = theirs.1.wait(theirs.0.lock().unwrap()).unwrap();
                    woken.push(name);
                    theirs.1.notify_one();
                });
                while calls().waits == before {
                    thread::yield_now();
                }
                other
            });
            queue.1.notify_one();
            others.into_iter().for_each(thread::JoinHandle::join);
            assert_eq!(*queue.0.lock().unwrap(), [1, 2]);
        })
    };
    first_to_wake(Model::new().preemptions(0)).unwrap();
    let rejected = first_to_wake(Model::new().preemptions(0).wakes_the_newest()).unwrap_err();
    assert_eq!(rejected.reason(), Reason::Panic);
}
