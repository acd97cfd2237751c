//! What the threads of a model did in the interleaving at hand, step by step.
//!
//! All threads of a model are loom's and run on one thread of the system, so that a thread-local
//! variable belongs to the model.

use std::cell::RefCell;

use loom::thread::ThreadId;

use crate::clock;
use crate::step::{Act, Atomic, Place, Step};

/// What the code under test has called in the interleaving at hand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    /// Calls of `futex_wait` and `futex_wait_timeout`.
    pub futex_waits: usize,
    /// Calls of `futex_wake`.
    pub futex_wakes: usize,
    /// The most threads that one call of `futex_wake` or of `notify_*` was ready to wake.
    pub most_to_wake: u32,
    /// Calls of `lock` and `try_lock`, and the ends of waits, which take the mutex again.
    pub locks: usize,
    /// Waits for a condition variable: so many have begun, and their threads sleep or slept.
    pub waits: usize,
    /// Calls of `notify_one` and `notify_all`.
    pub notifications: usize,
    /// Calls of `park`, and of `unpark`.
    pub parks: usize,
    pub unparks: usize,
    /// Calls of `sync::yield_now`.
    pub yields: usize,
}

/// The interleaving at hand.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// How many interleavings have begun, this one included.
    pub(crate) interleavings: usize,
    pub(crate) steps: Vec<Step>,
    calls: Calls,
    /// In the order of their numbers.
    threads: Vec<ThreadId>,
    /// Atomics and cells made so far; their numbers are given in this order.
    objects: usize,
    /// Atomics that were made and not freed so far.
    atomics: usize,
    /// Threads, each with an atomic, whose last weak exchange has failed without a reason.
    failed: Vec<(ThreadId, usize)>,
}

thread_local! {
    static HISTORY: RefCell<History> = RefCell::default();
}

/// Begins a new interleaving, on its thread 0.
///
/// # Panics
///
/// As [`end`], of the one before.
pub(crate) fn begin() {
    end();
    clock::reset();
    let main = loom::thread::current().id();
    HISTORY.with_borrow_mut(|history| {
        let interleavings = history.interleavings + 1;
        *history = History { interleavings, threads: vec![main], ..History::default() };
    });
}

/// Checks what is left of the interleaving when all its threads have ended.
///
/// # Panics
///
/// Panics if an atomic was never freed.
pub(crate) fn end() {
    let atomics = HISTORY.with_borrow(|history| history.atomics);
    assert!(atomics == 0, "atomics leaked: {atomics}");
}

/// Takes the history away, at the end of the model.
pub(crate) fn take() -> History {
    HISTORY.take()
}

/// Remembers a step of the current thread.
pub(crate) fn note(place: Place, act: Act) {
    let thread = current_thread();
    HISTORY.with_borrow_mut(|history| history.steps.push(Step { thread, place, act }));
}

/// The number of the current thread.
pub(crate) fn current_thread() -> usize {
    let current = loom::thread::current().id();
    let number =
        HISTORY.with_borrow(|history| history.threads.iter().position(|&id| id == current));
    number.expect("every thread of a model is spawned by it")
}

/// Gives the next number to a thread.
pub(crate) fn add_thread(id: ThreadId) -> usize {
    HISTORY.with_borrow_mut(|history| {
        history.threads.push(id);
        history.threads.len() - 1
    })
}

/// Gives the next number to an atomic.
pub(crate) fn add_atomic() -> usize {
    HISTORY.with_borrow_mut(|history| history.atomics += 1);
    add_cell()
}

/// Remembers that an atomic is freed.
pub(crate) fn free_atomic(place: Place, atomic: Atomic) {
    note(place, Act::Free(atomic));
    HISTORY.with_borrow_mut(|history| history.atomics -= 1);
}

/// Whether it is the turn of a weak exchange to fail: every other one of a thread on an atomic.
pub(crate) fn weak_fails(atomic: usize) -> bool {
    let pair = (loom::thread::current().id(), atomic);
    HISTORY.with_borrow_mut(|history| {
        let before = history.failed.iter().position(|&failed| failed == pair);
        match before {
            Some(at) => drop(history.failed.swap_remove(at)),
            None => history.failed.push(pair),
        }
        before.is_none()
    })
}

/// Gives the next number to a cell.
pub(crate) fn add_cell() -> usize {
    HISTORY.with_borrow_mut(|history| {
        history.objects += 1;
        history.objects - 1
    })
}

/// What the code under test has called in this interleaving so far. Call it within a model.
pub fn calls() -> Calls {
    HISTORY.with_borrow(|history| history.calls)
}

pub(crate) fn count(change: impl FnOnce(&mut Calls)) {
    HISTORY.with_borrow_mut(|history| change(&mut history.calls));
}
