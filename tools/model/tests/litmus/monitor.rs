//! A mutex and condition variables, and a clock that the model moves.

use std::time::Duration;

use model::sync::{Arc, Condvar, Instant, Mutex};
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
      thread 0 waits for a Mutex at litmus/monitor.rs:78
      thread 1 waits for a Mutex at litmus/monitor.rs:73

    One interleaving that shows it (the model's number 2):
      thread 0  litmus/monitor.rs:69  starts thread 1
      thread 0  litmus/monitor.rs:77  locks Mutex #0
      thread 0  litmus/monitor.rs:78  waits for Mutex #1
      thread 1  litmus/monitor.rs:72  locks Mutex #1
      thread 1  litmus/monitor.rs:73  waits for Mutex #0
    ");
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
