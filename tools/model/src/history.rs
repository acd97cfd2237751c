//! What the threads of a model did in the interleaving at hand, step by step.
//!
//! All threads of a model are loom's and run on one thread of the system, so that a thread-local
//! variable belongs to the model.

use std::cell::RefCell;
use std::panic::Location;
use std::sync::atomic::Ordering;

use loom::thread::ThreadId;

/// A place in the code under test, or in the test.
pub(crate) type Place = &'static Location<'static>;

/// One step of one thread.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// The number of the thread: 0 is the one that runs the model's closure.
    pub(crate) thread: usize,
    pub(crate) place: Place,
    pub(crate) act: Act,
}

/// What a thread does in a step.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Load {
        atomic: Atomic,
        order: Ordering,
        value: String,
    },
    Store {
        atomic: Atomic,
        order: Ordering,
        value: String,
    },
    /// A read-modify-write operation; it wrote nothing where a comparison failed.
    Update {
        atomic: Atomic,
        name: &'static str,
        order: Ordering,
        read: String,
        wrote: Option<String>,
    },
    Fence {
        order: Ordering,
    },
    /// The data of an `UnsafeCell` is used.
    Use {
        cell: usize,
    },
    /// An atomic is freed.
    Free {
        atomic: Atomic,
    },
    FutexWait {
        expected: u32,
    },
    FutexWaited {
        how: &'static str,
    },
    FutexWake {
        woken: usize,
    },
    Expire {
        woken: usize,
    },
    Yield,
    Spawn {
        thread: usize,
    },
    Join {
        thread: usize,
    },
    Joined {
        thread: usize,
    },
    End,
}

/// An atomic variable of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Atomic {
    pub(crate) number: usize,
    pub(crate) kind: &'static str,
}

/// What the code under test has called in the interleaving at hand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    /// Calls of `futex_wait` and `futex_wait_timeout`.
    pub futex_waits: usize,
    /// Calls of `futex_wake`.
    pub futex_wakes: usize,
    /// The most threads that one call of `futex_wake` was ready to wake.
    pub most_to_wake: u32,
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
}

thread_local! {
    static HISTORY: RefCell<History> = RefCell::default();
}

/// Begins a new interleaving, on its thread 0.
pub(crate) fn begin() {
    let main = loom::thread::current().id();
    HISTORY.with_borrow_mut(|history| {
        let interleavings = history.interleavings + 1;
        *history = History { interleavings, threads: vec![main], ..History::default() };
    });
}

/// Takes the history away, at the end of the model.
pub(crate) fn take() -> History {
    HISTORY.take()
}

/// Remembers a step of the current thread.
pub(crate) fn note(place: Place, act: Act) {
    let current = loom::thread::current().id();
    HISTORY.with_borrow_mut(|history| {
        let thread = history.threads.iter().position(|&id| id == current);
        let thread = thread.expect("every thread of a model is spawned by it");
        history.steps.push(Step { thread, place, act });
    });
}

/// Gives the next number to a thread.
pub(crate) fn add_thread(id: ThreadId) -> usize {
    HISTORY.with_borrow_mut(|history| {
        history.threads.push(id);
        history.threads.len() - 1
    })
}

/// Gives the next number to an atomic or a cell.
pub(crate) fn add_object() -> usize {
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
