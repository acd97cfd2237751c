//! A mutex that sleeps, and the ways to lose a wake-up.

use model::sync::Ordering::{Acquire, Relaxed, Release};
use model::sync::{Arc, AtomicU32, UnsafeCell, futex_wait, futex_wake};
use model::{Futex, Model, Reason, Rejection, thread};

const FREE: u32 = 0;
const LOCKED: u32 = 1;
const CONTENDED: u32 = 2;

/// A counter behind a word.
struct Mutex {
    word: AtomicU32,
    count: UnsafeCell<u32>,
}

// SAFETY: the model finds out whether the word keeps the threads apart.
unsafe impl Sync for Mutex {}

/// A way to lock, and a way to unlock.
type Steps = (fn(&AtomicU32), fn(&AtomicU32));

const RIGHT: Steps = (
    |word| {
        if word.compare_exchange(FREE, LOCKED, Acquire, Relaxed).is_err() {
            while word.swap(CONTENDED, Acquire) != FREE {
                futex_wait(word, CONTENDED);
            }
        }
    },
    |word| {
        if word.swap(FREE, Release) == CONTENDED {
            futex_wake(word, 1);
        }
    },
);

/// `others` threads and the main one count, each once.
fn count(model: Model, others: usize, (lock, unlock): Steps) -> Result<usize, Rejection> {
    model.try_check(move || {
        let mutex = Arc::new(Mutex { word: AtomicU32::new(FREE), count: UnsafeCell::new(0) });
        let add = move |mutex: &Mutex| {
            lock(&mutex.word);
            // SAFETY: the model ends here if another thread has not left before.
            unsafe { *mutex.count.get() += 1 };
            unlock(&mutex.word);
        };
        let threads: Vec<_> = (0..others)
            .map(|_| {
                let mutex = mutex.clone();
                thread::spawn(move || add(&mutex))
            })
            .collect();
        add(&mutex);
        for thread in threads {
            thread.join();
        }
    })
}

#[grade::test]
fn the_mutex_of_three_states() {
    count(Model::new(), 1, RIGHT).unwrap();
    count(Model::new().futex(Futex::Spurious).preemptions(3), 1, RIGHT).unwrap();
}

#[grade::test(timeout_ms = 20_000)]
fn the_mutex_of_three_states_with_three_threads() {
    count(Model::new().preemptions(2), 2, RIGHT).unwrap();
}

#[grade::test]
fn an_unlock_that_wakes_nobody() {
    let silent: Steps = (RIGHT.0, |word| word.store(FREE, Release));
    let rejected = count(Model::new(), 1, silent).unwrap_err();
    assert_eq!(rejected.reason(), Reason::Deadlock);
    insta::assert_snapshot!(rejected.to_string(), @"
    deadlock: every thread waits, and nobody is left who could wake one.
      thread 0 waits for the end of thread 1 at litmus/futex.rs:56
      thread 1 sleeps in futex_wait at litmus/futex.rs:27

    One interleaving that shows it (the model's number 2):
      thread 0  litmus/futex.rs:51  starts thread 1
      thread 0  litmus/futex.rs:25  AtomicU32: compare_exchange(Acquire) reads 0, writes 1
      thread 0  litmus/futex.rs:45  uses the data in the UnsafeCell
      thread 1  litmus/futex.rs:25  AtomicU32: compare_exchange(Relaxed) reads 1, writes nothing
      thread 1  litmus/futex.rs:26  AtomicU32: swap(Acquire) reads 1, writes 2
      thread 1  litmus/futex.rs:27  futex_wait, while the word is 2
      thread 0  litmus/futex.rs:74  AtomicU32: store(0, Release)
      thread 0  litmus/futex.rs:56  waits for the end of thread 1
    ");
    // Where every wait returns at once, nobody misses the wake-up.
    count(Model::new().futex(Futex::Spurious).preemptions(3), 1, silent).unwrap();
}

#[grade::test]
fn a_wake_up_before_the_unlock() {
    let early: Steps = (RIGHT.0, |word| {
        if word.load(Relaxed) == CONTENDED {
            futex_wake(word, 1);
        }
        word.store(FREE, Release);
    });
    assert_eq!(count(Model::new(), 1, early).unwrap_err().reason(), Reason::Deadlock);
}

#[grade::test(timeout_ms = 20_000)]
fn a_sleeper_that_takes_the_lock_as_if_it_were_alone() {
    let forgetful: Steps = (
        |word| {
            while word.compare_exchange(FREE, LOCKED, Acquire, Relaxed).is_err() {
                // Says that there is a sleeper, and forgets all others when it wakes up.
                if word.compare_exchange(LOCKED, CONTENDED, Relaxed, Relaxed) != Err(FREE) {
                    futex_wait(word, CONTENDED);
                }
            }
        },
        RIGHT.1,
    );
    count(Model::new(), 1, forgetful).unwrap();
    let rejected = count(Model::new().preemptions(2), 2, forgetful).unwrap_err();
    assert_eq!(rejected.reason(), Reason::Deadlock);
}

#[grade::test]
fn to_trust_a_wake_up() {
    let trusting: Steps = (
        |word| {
            if word.swap(CONTENDED, Acquire) != FREE {
                futex_wait(word, CONTENDED);
            }
        },
        RIGHT.1,
    );
    let spurious = Model::new().futex(Futex::Spurious).preemptions(3);
    assert_eq!(count(spurious, 1, trusting).unwrap_err().reason(), Reason::Race);
}
