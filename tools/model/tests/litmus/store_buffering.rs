//! Two threads that each write one variable and read the other's: with `SeqCst`, one of them sees
//! the write of the other. Peterson's lock rests on it.

use model::sync::Ordering::{self, Acquire, Release, SeqCst};
use model::sync::{Arc, AtomicU32, UnsafeCell, yield_now};
use model::{Model, Reason, Rejection, thread};

fn store_buffering(store: Ordering, load: Ordering) -> Result<usize, Rejection> {
    Model::new().try_check(move || {
        let words = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
        let go = move |words: &[AtomicU32; 2], mine: usize| {
            words[mine].store(1, store);
            words[1 - mine].load(load)
        };
        let other = thread::spawn({
            let words = words.clone();
            move || go(&words, 1)
        });
        let seen = [go(&words, 0), other.join()];
        assert_ne!(seen, [0, 0], "each wrote, and neither saw the other's write");
    })
}

fn peterson(store: Ordering, load: Ordering) -> Result<usize, Rejection> {
    struct Peterson {
        wants: [AtomicU32; 2],
        turn: AtomicU32,
        count: UnsafeCell<u32>,
    }
    // SAFETY: the model finds out whether the lock keeps the threads apart.
    unsafe impl Sync for Peterson {}

    let count = move |lock: &Peterson, me: usize| {
        let other = 1 - me;
        let others_turn = u32::from(other == 1);
        lock.wants[me].store(1, store);
        lock.turn.store(others_turn, store);
        while lock.wants[other].load(load) == 1 && lock.turn.load(load) == others_turn {
            yield_now();
        }
        // SAFETY: the model ends here if another thread has not left before.
        unsafe { *lock.count.get() += 1 };
        lock.wants[me].store(0, store);
    };
    Model::new().preemptions(3).try_check(move || {
        let lock = Arc::new(Peterson {
            wants: [AtomicU32::new(0), AtomicU32::new(0)],
            turn: AtomicU32::new(0),
            count: UnsafeCell::new(0),
        });
        let other = thread::spawn({
            let lock = lock.clone();
            move || count(&lock, 1)
        });
        count(&lock, 0);
        other.join();
    })
}

#[grade::test]
fn one_of_two_sees_the_other_with_seq_cst() {
    store_buffering(SeqCst, SeqCst).unwrap();
}

#[grade::test]
fn neither_may_see_the_other_without() {
    let rejected = store_buffering(Release, Acquire).unwrap_err();
    assert_eq!(rejected.reason(), Reason::Panic);
    insta::assert_snapshot!(rejected.to_string(), @"
    panicked at litmus/store_buffering.rs:20:
    assertion `left != right` failed: each wrote, and neither saw the other's write
      left: [0, 0]
     right: [0, 0]

    One interleaving that shows it (the model's number 1):
      thread 0  litmus/store_buffering.rs:15  starts thread 1
      thread 0  litmus/store_buffering.rs:12  AtomicU32 #0: store(1, Release)
      thread 0  litmus/store_buffering.rs:13  AtomicU32 #1: load(Acquire) reads 0
      thread 0  litmus/store_buffering.rs:19  waits for the end of thread 1
      thread 1  litmus/store_buffering.rs:12  AtomicU32 #1: store(1, Release)
      thread 1  litmus/store_buffering.rs:13  AtomicU32 #0: load(Acquire) reads 0
      thread 1  litmus/store_buffering.rs:15  ends
      thread 0  litmus/store_buffering.rs:19  thread 1 has ended
    ");
}

#[grade::test]
fn the_lock_of_peterson_holds_with_seq_cst() {
    peterson(SeqCst, SeqCst).unwrap();
}

#[grade::test]
fn the_lock_of_peterson_breaks_without() {
    let rejected = peterson(Release, Acquire).unwrap_err();
    assert_eq!(rejected.reason(), Reason::Race);
}
