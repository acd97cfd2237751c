//! A thread that parks until a flag is up, and the ways to miss it.

use model::sync::Ordering::{self, Acquire, Relaxed, Release};
use model::sync::thread::{Thread, current, park};
use model::sync::{Arc, AtomicBool, Mutex, UnsafeCell};
use model::{Futex, Model, Reason, Rejection, calls, thread};

/// A flag, and what it stands for.
struct Flag {
    is_up: AtomicBool,
    data: UnsafeCell<u32>,
}

// SAFETY: the model finds out whether the flag keeps the threads apart.
unsafe impl Sync for Flag {}

/// The main thread waits for a flag, and uses the data after that; another one raises it.
fn flag(model: Model, wait: fn(&Flag), raise: fn(&Flag, &Thread)) -> Result<usize, Rejection> {
    model.try_check(move || {
        let flag = Arc::new(Flag { is_up: AtomicBool::new(false), data: UnsafeCell::new(0) });
        let other = thread::spawn({
            let (flag, main) = (flag.clone(), current());
            move || {
                // SAFETY: the model ends here if the main thread uses it.
                unsafe { *flag.data.get() = 1 };
                raise(&flag, &main);
            }
        });
        wait(&flag);
        // SAFETY: the model ends here if the other thread still uses it.
        assert_eq!(unsafe { *flag.data.get() }, 1);
        other.join();
    })
}

fn wait(flag: &Flag) {
    while !flag.is_up.load(Acquire) {
        park();
    }
}

fn raise_with(flag: &Flag, order: Ordering) {
    flag.is_up.store(true, order);
}

#[grade::test]
fn to_raise_the_flag_and_to_unpark() {
    let raise: fn(&Flag, &Thread) = |flag, main| {
        raise_with(flag, Release);
        main.unpark();
    };
    flag(Model::new(), wait, raise).unwrap();
    flag(Model::new().futex(Futex::Spurious).preemptions(3), wait, raise).unwrap();
    // A token is one, however often it was left.
    let twice: fn(&Flag, &Thread) = |flag, main| {
        main.unpark();
        main.unpark();
        raise_with(flag, Release);
        main.unpark();
    };
    flag(Model::new(), wait, twice).unwrap();
}

#[grade::test]
fn an_unpark_before_the_flag_is_a_deadlock() {
    let early: fn(&Flag, &Thread) = |flag, main| {
        main.unpark();
        raise_with(flag, Release);
    };
    let rejected = flag(Model::new(), wait, early).unwrap_err();
    assert_eq!(rejected.reason(), Reason::Deadlock);
}

#[grade::test]
fn a_flag_that_carries_nothing() {
    let rejected = flag(Model::new(), wait, |flag, main| {
        raise_with(flag, Relaxed);
        main.unpark();
    });
    assert_eq!(rejected.unwrap_err().reason(), Reason::Race);
}

#[grade::test]
fn a_park_without_a_look_after_it() {
    let once: fn(&Flag) = |_| park();
    let raise: fn(&Flag, &Thread) = |_, main| main.unpark();
    // The token carries the data, too (std::thread::park, memory ordering).
    flag(Model::new(), once, raise).unwrap();
    let restless = Model::new().futex(Futex::Spurious).preemptions(3);
    assert_eq!(flag(restless, once, raise).unwrap_err().reason(), Reason::Race);
}

#[grade::test]
fn to_wait_for_a_mutex_takes_no_token() {
    Model::new().preemptions(3).check(|| {
        let mutex = Arc::new(Mutex::new(0));
        let other = thread::spawn({
            let (mutex, main) = (mutex.clone(), current());
            move || {
                let mut count = mutex.lock().unwrap();
                main.unpark();
                *count += 1;
            }
        });
        *mutex.lock().unwrap() += 1;
        park();
        other.join();
        assert_eq!((*mutex.lock().unwrap(), calls().parks, calls().unparks), (2, 1, 1));
    });
}
