//! Spin locks.

use model::sync::Ordering::{self, Acquire, Relaxed, Release};
use model::sync::{Arc, AtomicBool, UnsafeCell, yield_now};
use model::{Model, Reason, Rejection, thread};

/// A counter behind a flag.
struct Spin {
    locked: AtomicBool,
    count: UnsafeCell<u32>,
}

// SAFETY: the model finds out whether the flag keeps the threads apart.
unsafe impl Sync for Spin {}

/// Two threads count to two with such a lock.
fn two(
    lock: impl Fn(&AtomicBool) + Copy + Send + Sync + 'static,
    unlock: impl Fn(&AtomicBool) + Copy + Send + Sync + 'static,
) -> Result<usize, Rejection> {
    Model::new().preemptions(3).try_check(move || {
        let spin = Arc::new(Spin { locked: AtomicBool::new(false), count: UnsafeCell::new(0) });
        let count = move |spin: &Spin| {
            lock(&spin.locked);
            // SAFETY: the model ends here if another thread has not left before.
            unsafe { *spin.count.get() += 1 };
            unlock(&spin.locked);
        };
        let other = thread::spawn({
            let spin = spin.clone();
            move || count(&spin)
        });
        count(&spin);
        other.join();
        // SAFETY: the other thread has ended.
        assert_eq!(unsafe { *spin.count.get() }, 2);
    })
}

fn by_swap(order: Ordering) -> impl Fn(&AtomicBool) + Copy {
    move |locked| {
        while locked.swap(true, order) {
            yield_now();
        }
    }
}

fn store(order: Ordering) -> impl Fn(&AtomicBool) + Copy {
    move |locked| locked.store(false, order)
}

fn look_and_take(locked: &AtomicBool) {
    while locked.load(Acquire) {
        yield_now();
    }
    locked.store(true, Relaxed);
}

#[grade::test]
fn swap_and_store() {
    two(by_swap(Acquire), store(Release)).unwrap();
}

#[grade::test]
fn compare_exchange_and_store() {
    let lock = |locked: &AtomicBool| {
        while locked.compare_exchange(false, true, Acquire, Relaxed).is_err() {
            yield_now();
        }
    };
    two(lock, store(Release)).unwrap();
}

#[grade::test]
fn test_then_swap() {
    let lock = |locked: &AtomicBool| {
        while locked.load(Relaxed) || locked.swap(true, Acquire) {
            yield_now();
        }
    };
    two(lock, store(Release)).unwrap();
}

#[grade::test]
fn a_relaxed_lock_is_a_race() {
    let rejected = two(by_swap(Relaxed), store(Release)).unwrap_err();
    assert_eq!(rejected.reason(), Reason::Race);
    insta::assert_snapshot!(rejected.to_string(), @"
    data race: two threads use the same data, and nothing orders the two uses.
      thread 0  litmus/spin.rs:26  unsafe { *spin.count.get() += 1 };
      thread 1  litmus/spin.rs:26  unsafe { *spin.count.get() += 1 };
    Thread 1 reads at litmus/spin.rs:42, with Relaxed, what thread 0 wrote at litmus/spin.rs:49, with Release.
    Read with Relaxed, it does not order what its thread does after.

    One interleaving that shows it (the model's number 1):
      thread 0  litmus/spin.rs:29  starts thread 1
      thread 0  litmus/spin.rs:42  AtomicBool: swap(Relaxed) reads false, writes true
      thread 0  litmus/spin.rs:26  uses the data in the UnsafeCell
      thread 0  litmus/spin.rs:49  AtomicBool: store(false, Release)
      thread 0  litmus/spin.rs:34  waits for the end of thread 1
      thread 1  litmus/spin.rs:42  AtomicBool: swap(Relaxed) reads false, writes true
      thread 1  litmus/spin.rs:26  uses the data in the UnsafeCell
    ");
}

#[grade::test]
fn a_relaxed_unlock_is_a_race() {
    let rejected = two(by_swap(Acquire), store(Relaxed)).unwrap_err();
    assert_eq!(rejected.reason(), Reason::Race);
    insta::assert_snapshot!(rejected.to_string(), @"
    data race: two threads use the same data, and nothing orders the two uses.
      thread 0  litmus/spin.rs:26  unsafe { *spin.count.get() += 1 };
      thread 1  litmus/spin.rs:26  unsafe { *spin.count.get() += 1 };
    Thread 1 reads at litmus/spin.rs:42, with Acquire, what thread 0 wrote at litmus/spin.rs:49, with Relaxed.
    A Relaxed write publishes nothing of what its thread did before.

    One interleaving that shows it (the model's number 1):
      thread 0  litmus/spin.rs:29  starts thread 1
      thread 0  litmus/spin.rs:42  AtomicBool: swap(Acquire) reads false, writes true
      thread 0  litmus/spin.rs:26  uses the data in the UnsafeCell
      thread 0  litmus/spin.rs:49  AtomicBool: store(false, Relaxed)
      thread 0  litmus/spin.rs:34  waits for the end of thread 1
      thread 1  litmus/spin.rs:42  AtomicBool: swap(Acquire) reads false, writes true
      thread 1  litmus/spin.rs:26  uses the data in the UnsafeCell
    ");
}

#[grade::test]
fn to_look_and_then_to_take_is_a_race() {
    let rejected = two(look_and_take, store(Release)).unwrap_err();
    assert_eq!(rejected.reason(), Reason::Race);
    insta::assert_snapshot!(rejected.to_string(), @"
    data race: two threads use the same data, and nothing orders the two uses.
      thread 0  litmus/spin.rs:26  unsafe { *spin.count.get() += 1 };
      thread 1  litmus/spin.rs:26  unsafe { *spin.count.get() += 1 };
    Thread 1 reads an old false at litmus/spin.rs:53, not the false that thread 0 writes at litmus/spin.rs:49: a load may return an old value, as long as nothing orders it after a newer one; a step that stores as well, such as fetch_add, never does.

    One interleaving that shows it (the model's number 1):
      thread 0  litmus/spin.rs:29  starts thread 1
      thread 0  litmus/spin.rs:53  AtomicBool: load(Acquire) reads false
      thread 0  litmus/spin.rs:56  AtomicBool: store(true, Relaxed)
      thread 0  litmus/spin.rs:26  uses the data in the UnsafeCell
      thread 0  litmus/spin.rs:49  AtomicBool: store(false, Release)
      thread 0  litmus/spin.rs:34  waits for the end of thread 1
      thread 1  litmus/spin.rs:53  AtomicBool: load(Acquire) reads false
      thread 1  litmus/spin.rs:56  AtomicBool: store(true, Relaxed)
      thread 1  litmus/spin.rs:26  uses the data in the UnsafeCell
    ");
}

/// Takes a flag with weak exchanges, and says whether it got it.
fn weakly(take: fn(&AtomicBool) -> bool) -> Result<usize, Rejection> {
    Model::new().weak_may_fail().try_check(move || {
        let flag = AtomicBool::new(false);
        assert!(take(&flag), "nobody else wants it");
        assert!(!take(&flag), "it is taken");
    })
}

#[grade::test]
fn a_weak_exchange_is_tried_again() {
    weakly(|flag| {
        while !flag.load(Relaxed) {
            if flag.compare_exchange_weak(false, true, Acquire, Relaxed).is_ok() {
                return true;
            }
        }
        false
    })
    .unwrap();
}

#[grade::test]
fn a_weak_exchange_that_is_tried_once() {
    let once = weakly(|flag| flag.compare_exchange_weak(false, true, Acquire, Relaxed).is_ok());
    assert_eq!(once.unwrap_err().reason(), Reason::Panic);
}
