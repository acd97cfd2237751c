//! The other ways in which a model ends.

use std::{mem, ptr};

use model::sync::Ordering::{Acquire, Relaxed, Release};
use model::sync::{Arc, AtomicBool, AtomicUsize, fence};
use model::{Model, Reason, Rejection, Watched, thread};

// The programs come first, so that the lines in the texts below stay the same.

/// Two owners of a counter; the last frees it.
fn free_together(acquire: bool) -> Result<usize, Rejection> {
    struct Owner(*mut AtomicUsize, bool);
    // SAFETY: the counter tells the owners who frees it.
    unsafe impl Send for Owner {}
    impl Drop for Owner {
        fn drop(&mut self) {
            // SAFETY: this owner is counted.
            if unsafe { (*self.0).fetch_sub(1, Release) } == 1 {
                if self.1 {
                    fence(Acquire);
                }
                // SAFETY: this was the last owner; the model finds out whether the other has left.
                drop(unsafe { Box::from_raw(self.0) });
            }
        }
    }
    Model::new().try_check(move || {
        let counter = Box::into_raw(Box::new(AtomicUsize::new(2)));
        let (mine, others) = (Owner(counter, acquire), Owner(counter, acquire));
        let other = thread::spawn(move || drop(others));
        drop(mine);
        other.join();
    })
}

/// Two threads add one each, by a load and a store.
fn lose_an_update() -> Rejection {
    let rejected = Model::new().try_check(|| {
        let counter = Arc::new(AtomicUsize::new(0));
        let add = |counter: &AtomicUsize| counter.store(counter.load(Relaxed) + 1, Relaxed);
        let other = thread::spawn({
            let counter = counter.clone();
            move || add(&counter)
        });
        add(&counter);
        other.join();
        assert_eq!(counter.load(Relaxed), 2, "two threads add one each");
    });
    rejected.unwrap_err()
}

#[grade::test]
fn a_loop_that_lets_nobody_run_has_no_end() {
    let rejected = Model::new().try_check(|| {
        let done = Arc::new(AtomicBool::new(false));
        let other = thread::spawn({
            let done = done.clone();
            move || done.store(true, Release)
        });
        while !done.load(Acquire) {}
        other.join();
    });
    let rejected = rejected.unwrap_err();
    assert_eq!(rejected.reason(), Reason::Endless);
    let text = rejected.to_string();
    let (reason, _) = text.split_once("\n\n").unwrap();
    insta::assert_snapshot!(reason, @"no end: a thread goes round and round. Either what it waits for never comes, or its loop waits without a call of `sync::yield_now` (or `sync::spin_loop`), so that nobody else gets to run.");
}

#[grade::test]
fn an_arc_that_is_forgotten_is_a_leak() {
    let rejected = Model::new().try_check(|| mem::forget(Arc::new(1))).unwrap_err();
    assert_eq!(rejected.reason(), Reason::Leak);
    insta::assert_snapshot!(rejected.to_string(), @"a leak: all threads have ended, and something was never freed: an Arc still has an owner, or an atomic is still there.");
}

#[grade::test]
fn who_frees_memory_must_have_seen_the_others_leave() {
    free_together(true).unwrap();
    let rejected = free_together(false).unwrap_err();
    assert_eq!(rejected.reason(), Reason::FreedTooEarly);
    insta::assert_snapshot!(rejected.to_string(), @"
    memory is freed too early: an atomic goes away in this thread, and nothing orders the last access of another thread before that.

    One interleaving that shows it (the model's number 1):
      thread 0  litmus/endings.rs:31  starts thread 1
      thread 0  litmus/endings.rs:19  AtomicUsize: fetch_sub(Release) reads 2, writes 1
      thread 0  litmus/endings.rs:33  waits for the end of thread 1
      thread 1  litmus/endings.rs:19  AtomicUsize: fetch_sub(Release) reads 1, writes 0
      thread 1  litmus/endings.rs:29  frees the AtomicUsize made here
    ");
}

#[grade::test]
fn a_failed_assertion_is_told_with_the_steps() {
    insta::assert_snapshot!(lose_an_update().to_string(), @"
    panicked at litmus/endings.rs:48:
    assertion `left == right` failed: two threads add one each
      left: 1
     right: 2

    One interleaving that shows it (the model's number 1):
      thread 0  litmus/endings.rs:42  starts thread 1
      thread 0  litmus/endings.rs:41  AtomicUsize: load(Relaxed) reads 0
      thread 0  litmus/endings.rs:41  AtomicUsize: store(1, Relaxed)
      thread 0  litmus/endings.rs:47  waits for the end of thread 1
      thread 1  litmus/endings.rs:41  AtomicUsize: load(Relaxed) reads 0
      thread 1  litmus/endings.rs:41  AtomicUsize: store(1, Relaxed)
      thread 1  litmus/endings.rs:42  ends
      thread 0  litmus/endings.rs:47  thread 1 has ended
      thread 0  litmus/endings.rs:48  AtomicUsize: load(Relaxed) reads 1
    ");
}

#[grade::test(should_panic = "this is not the end of the model")]
fn a_panic_outside_of_models_is_as_ever() {
    Model::new().check(|| {});
    panic!("this is not the end of the model");
}

#[grade::test]
fn an_arc_that_is_dropped_again_is_told() {
    let rejected = Model::new().try_check(|| {
        let arc = Arc::new(1);
        // SAFETY: none; what is read here is dropped, and then once more.
        drop(unsafe { ptr::read(&arc) });
    });
    assert_eq!(rejected.unwrap_err().reason(), Reason::DroppedTwice);
}

#[grade::test]
fn an_atomic_that_is_never_freed_is_a_leak() {
    let rejected = Model::new().try_check(|| mem::forget(AtomicBool::new(false))).unwrap_err();
    assert_eq!(rejected.reason(), Reason::Leak);
}

#[grade::test]
fn readers_of_a_value_do_not_race_but_who_changes_it_does() {
    let together = |writes: bool| {
        Model::new().try_check(move || {
            let value = Arc::new(Watched::new());
            let other = thread::spawn({
                let value = value.clone();
                move || value.read()
            });
            if writes {
                drop(value);
            } else {
                value.read();
                other.join();
            }
        })
    };
    together(false).unwrap();
    together(true).unwrap();

    let rejected = Model::new().try_check(|| {
        let value: &'static Watched = Box::leak(Box::new(Watched::new()));
        let other = thread::spawn(|| value.read());
        // SAFETY: none, against the read; the memory stays.
        unsafe { ptr::drop_in_place(ptr::from_ref(value).cast_mut()) };
        other.join();
    });
    assert_eq!(rejected.unwrap_err().reason(), Reason::Race);
}
