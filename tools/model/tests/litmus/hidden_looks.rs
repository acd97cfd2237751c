//! Which thread runs first decides on what a model looks at: see "What it cannot see". Where these tests
//! fail, loom has become better, and the paragraph there goes.

use std::cell::RefCell;

use model::sync::Ordering::{Acquire, Relaxed, Release};
use model::sync::{Arc, AtomicU32};
use model::{Model, thread};

thread_local! {
    /// What a look at the word has found, in any interleaving.
    static FOUND: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// One thread looks at a word, and another changes it. Checks that each value is found in some
/// interleaving.
fn finds(values: &'static [u32], looks_first: bool, change: fn(&AtomicU32)) {
    fn look(word: &AtomicU32) {
        let value = word.load(Acquire);
        FOUND.with_borrow_mut(|found| found.push(value));
    }
    let done = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let found = done.clone();
    let (first, second) = if looks_first { (look as fn(&_), change) } else { (change, look as _) };
    Model::new().check(move || {
        let word = Arc::new(AtomicU32::new(0));
        let other = thread::spawn({
            let word = word.clone();
            move || second(&word)
        });
        first(&word);
        other.join();
        found.lock().unwrap().append(&mut FOUND.take());
    });
    let mut found = std::mem::take(&mut *done.lock().unwrap());
    found.sort_unstable();
    found.dedup();
    assert_eq!(found, values, "what the look finds");
}

fn store(word: &AtomicU32) {
    word.store(1, Release);
}

fn load_and_store(word: &AtomicU32) {
    word.store(word.load(Relaxed) + 1, Release);
}

#[grade::test]
fn a_look_comes_before_and_after_a_store() {
    finds(&[0, 1], true, store);
    finds(&[0, 1], false, store);
}

#[grade::test]
fn a_look_before_the_store_hides_that_of_a_thread_that_runs_first() {
    finds(&[0], true, load_and_store);
    finds(&[0, 1], false, load_and_store);
}
