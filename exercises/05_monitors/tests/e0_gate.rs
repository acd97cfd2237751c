//! Exercise 5.0: `monitors::e0_gate`, in the model.

use model::{Futex, Model, sync, thread};
use sync::Arc;

#[cfg_attr(feature = "solution", path = "../../../solutions/05_monitors/e0_gate.rs")]
#[cfg_attr(not(feature = "solution"), path = "../src/e0_gate.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e0_gate;

use e0_gate::Gate;

#[grade::test(hint = "how does somebody who comes late know that the gate is open?")]
fn an_open_gate_lets_everyone_pass() {
    Model::new().check(|| {
        let gate = Gate::new();
        gate.open();
        gate.pass();
        gate.pass();
        assert_eq!(model::calls().waits, 0, "waits of a thread that found the gate open");
    });
}

#[grade::test(hint = "between the look and the wait, what may happen?")]
fn who_waits_passes_when_it_opens() {
    Model::new().check(|| {
        let gate = Arc::new(Gate::new());
        let other = thread::spawn({
            let gate = gate.clone();
            move || gate.pass()
        });
        gate.open();
        other.join();
    });
}

#[grade::test(hint = "whom does a notification reach?")]
fn all_who_wait_pass() {
    Model::new().preemptions(2).check(|| {
        let gate = Arc::new(Gate::new());
        let others: Vec<_> = (0..2)
            .map(|_| {
                let gate = gate.clone();
                thread::spawn(move || gate.pass())
            })
            .collect();
        gate.open();
        others.into_iter().for_each(thread::JoinHandle::join);
    });
}

#[grade::test(hint = "what does the return of a wait say about the gate?")]
fn nobody_passes_a_closed_gate() {
    // Every wait returns at once, as it may.
    Model::new().futex(Futex::Spurious).preemptions(3).check(|| {
        let gate = Arc::new(Gate::new());
        let is_opening = Arc::new(sync::AtomicBool::new(false));
        let other = thread::spawn({
            let (gate, is_opening) = (gate.clone(), is_opening.clone());
            move || {
                gate.pass();
                assert!(is_opening.load(sync::Ordering::SeqCst), "the gate is still closed");
            }
        });
        // Time for the other thread to wait, and to wake up for no reason.
        for _ in 0..3 {
            thread::yield_now();
        }
        is_opening.store(true, sync::Ordering::SeqCst);
        gate.open();
        other.join();
    });
}

#[grade::test(hint = "does a thread that waits sleep, with the lock free?")]
fn who_waits_sleeps() {
    Model::new().preemptions(1).check(|| {
        let gate = Arc::new(Gate::new());
        let other = thread::spawn({
            let gate = gate.clone();
            move || gate.pass()
        });
        while model::calls().waits == 0 {
            thread::yield_now();
        }
        gate.open();
        other.join();
    });
}
