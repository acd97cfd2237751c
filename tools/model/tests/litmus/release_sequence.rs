//! What the facade cannot see: see "What it cannot see" in the documentation of the crate.

use model::sync::Ordering::{Acquire, Relaxed, Release};
use model::sync::{Arc, AtomicU32, UnsafeCell, yield_now};
use model::{Model, Reason, Rejection, thread};

const EMPTY: u32 = 0;
const FULL: u32 = 1;
const CLOSED: u32 = 2;

struct Slot {
    state: AtomicU32,
    value: UnsafeCell<u32>,
}

// SAFETY: the model finds out whether the state keeps the threads apart.
unsafe impl Sync for Slot {}

/// One thread publishes with Release; another closes with Relaxed; a reader that sees it closed reads
/// the value.
fn close_after_publish(model: Model) -> Result<usize, Rejection> {
    model.preemptions(3).try_check(|| {
        let slot = Arc::new(Slot { state: AtomicU32::new(EMPTY), value: UnsafeCell::new(0) });
        let publisher = thread::spawn({
            let slot = slot.clone();
            move || {
                // SAFETY: nobody else writes the value.
                unsafe { *slot.value.get() = 7 };
                slot.state.store(FULL, Release);
            }
        });
        let closer = thread::spawn({
            let slot = slot.clone();
            move || {
                while slot.state.load(Relaxed) != FULL {
                    yield_now();
                }
                slot.state.store(CLOSED, Relaxed);
            }
        });
        if slot.state.load(Acquire) == CLOSED {
            // SAFETY: none; the store that was read released nothing.
            assert_eq!(unsafe { *slot.value.get() }, 7);
        }
        publisher.join();
        closer.join();
    })
}

#[grade::test]
fn a_relaxed_store_after_a_release_store_goes_unseen() {
    close_after_publish(Model::new()).unwrap();
}

#[grade::test]
fn plain_stores_show_it() {
    let rejected = close_after_publish(Model::new().plain_stores()).unwrap_err();
    assert_eq!(rejected.reason(), Reason::Race);
    insta::assert_snapshot!(rejected.to_string(), @"
    data race: two threads use the same data, and nothing orders the two uses.
      thread 1  litmus/release_sequence.rs:28  unsafe { *slot.value.get() = 7 };
      thread 0  litmus/release_sequence.rs:43  assert_eq!(unsafe { *slot.value.get() }, 7);
    Before its use, thread 0 has read nothing that thread 1 wrote after its own.

    One interleaving that shows it (the model's number 82):
      thread 0  litmus/release_sequence.rs:24  starts thread 1
      thread 0  litmus/release_sequence.rs:32  starts thread 2
      thread 1  litmus/release_sequence.rs:28  uses the data in the UnsafeCell
      thread 1  litmus/release_sequence.rs:29  AtomicU32: store(1, Release)
      thread 2  litmus/release_sequence.rs:35  AtomicU32: load(Relaxed) reads 1
      thread 2  litmus/release_sequence.rs:38  AtomicU32: store(2, Relaxed)
      thread 2  litmus/release_sequence.rs:32  ends
      thread 0  litmus/release_sequence.rs:41  AtomicU32: load(Acquire) reads 2
      thread 0  litmus/release_sequence.rs:43  uses the data in the UnsafeCell
    ");
}
