//! Two threads, two flags: each raises its own and looks at the other's.

use model::sync::Ordering::{self, Acquire, Release, SeqCst};
use model::sync::{Arc, AtomicBool};
use model::{Model, Rejection, thread};

// ANCHOR: program
fn raise_and_look(mine: &AtomicBool, others: &AtomicBool, store: Ordering, load: Ordering) -> bool {
    mine.store(true, store);
    others.load(load)
}
// ANCHOR_END: program

fn check(store: Ordering, load: Ordering) -> Result<usize, Rejection> {
    Model::new().try_check(move || {
        let flags = Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
        let theirs = flags.clone();
        let other = thread::spawn(move || raise_and_look(&theirs[1], &theirs[0], store, load));
        let seen = raise_and_look(&flags[0], &flags[1], store, load);
        assert!(seen || other.join(), "neither thread has seen the flag of the other");
    })
}

fn main() {
    println!("{}", check(Release, Acquire).expect_err("each may look too early"));
    let interleavings = check(SeqCst, SeqCst).expect("one of the two stores comes first");
    println!("\nSeqCst: right in all {interleavings} interleavings");
}
