//! Supplied for exercise 15.3: an interpreter with a lock that is fair. Threads get it in the order in which
//! they came, so it needs no intervals and no requests: the exercise asks when a lock is to be given up.

use std::cell::Cell;
use std::collections::VecDeque;
use std::thread::{self, ThreadId};

use crate::sync::{Condvar, Mutex, MutexGuard};
use crate::vm::Heap;

/// A lock, and what its holder alone may use.
#[derive(Debug)]
pub struct Interpreter {
    pub lock: FairLock,
    /// What frames work on.
    pub heap: Heap,
    /// What `Ref` refers to.
    pub objects: Vec<Object>,
}

impl Interpreter {
    /// An interpreter whose lock is free, with an object for each of these values.
    pub fn new(heap: Heap, values: &[i64]) -> Interpreter {
        let new = |&value| Object { value: Cell::new(value), references: Cell::new(1) };
        Interpreter { lock: FairLock::default(), heap, objects: values.iter().map(new).collect() }
    }
}

/// A lock that knows its holder, and who comes next.
#[derive(Debug, Default)]
pub struct FairLock {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The holder, and behind it those who wait.
    line: VecDeque<ThreadId>,
    turns: u64,
}

impl FairLock {
    /// Waits until all who came before have had their turn, and takes the lock.
    ///
    /// # Panics
    ///
    /// Panics where this thread holds it already.
    pub fn acquire(&self) {
        let me = thread::current().id();
        let mut state = self.state();
        if state.line.contains(&me) {
            drop(state);
            return complain("this thread holds the lock already");
        }
        state.line.push_back(me);
        let is_behind = |state: &mut State| state.line.front() != Some(&me);
        state = self.changed.wait_while(state, is_behind).expect(NO_PANIC);
        state.turns += 1;
    }

    /// Frees the lock. Where a thread waits, the lock is that thread's from now on.
    ///
    /// # Panics
    ///
    /// Panics where this thread does not hold it.
    ///
    /// # Safety
    ///
    /// This thread uses no [`Object`] until it has the lock again.
    pub unsafe fn release(&self) {
        if !self.is_mine() {
            return complain("this thread does not hold the lock");
        }
        self.state().line.pop_front();
        self.changed.notify_all();
    }

    /// Whether this thread holds the lock.
    pub fn is_mine(&self) -> bool {
        self.state().line.front() == Some(&thread::current().id())
    }

    /// Whether a thread waits for the lock.
    pub fn is_wanted(&self) -> bool {
        self.waiting() > 0
    }

    /// How many threads wait for the lock.
    pub fn waiting(&self) -> usize {
        self.state().line.len().saturating_sub(1)
    }

    /// How often the lock has been taken.
    pub fn turns(&self) -> u64 {
        self.state().turns
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect(NO_PANIC)
    }
}

/// Panics; on the way out of another panic it does nothing, for a second one would end the process.
fn complain(about: &str) {
    assert!(thread::panicking(), "{about}");
}

const NO_PANIC: &str = "nothing panics with the state of the lock";

/// A number. It counts the references to it, so that it can be freed when there are none. The
/// count is no atomic, as in CPython: the lock keeps it right.
#[derive(Debug)]
pub struct Object {
    value: Cell<i64>,
    references: Cell<usize>,
}

// SAFETY: every use is by the holder of the lock, as its callers promise, and there is one at a time.
unsafe impl Sync for Object {}

impl Object {
    /// The value.
    ///
    /// # Safety
    ///
    /// This thread holds the lock of the interpreter.
    pub unsafe fn value(&self) -> i64 {
        self.value.get()
    }

    /// Sets the value.
    ///
    /// # Safety
    ///
    /// This thread holds the lock of the interpreter.
    pub unsafe fn set_value(&self, value: i64) {
        self.value.set(value);
    }

    /// How many references there are; the heap itself has one.
    ///
    /// # Safety
    ///
    /// This thread holds the lock of the interpreter.
    pub unsafe fn references(&self) -> usize {
        self.references.get()
    }

    /// Counts one reference more.
    ///
    /// # Safety
    ///
    /// This thread holds the lock of the interpreter.
    pub unsafe fn add_reference(&self) {
        self.references.set(self.references.get() + 1);
    }

    /// Counts one reference less.
    ///
    /// # Safety
    ///
    /// This thread holds the lock of the interpreter.
    pub unsafe fn drop_reference(&self) {
        self.references.set(self.references.get().wrapping_sub(1));
    }
}
