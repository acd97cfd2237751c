//! What all threads share.

use std::fmt::{self, Debug, Formatter};
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering::SeqCst};

use super::Trap;

/// A function in Rust that code can call.
pub type Function = Box<dyn Fn() + Send + Sync>;

/// What all frames share. Each access is whole; nothing keeps two threads from taking turns.
pub struct Heap {
    pub(super) globals: Vec<AtomicI64>,
    functions: Vec<Function>,
    steps: AtomicU64,
    inside: AtomicUsize,
    most_inside: AtomicUsize,
}

impl Heap {
    /// A heap with these global variables.
    pub fn new(globals: &[i64]) -> Heap {
        Heap::with_functions(globals, Vec::new())
    }

    /// A heap with these global variables and functions.
    pub fn with_functions(globals: &[i64], functions: Vec<Function>) -> Heap {
        Heap {
            globals: globals.iter().copied().map(AtomicI64::new).collect(),
            functions,
            steps: AtomicU64::new(0),
            inside: AtomicUsize::new(0),
            most_inside: AtomicUsize::new(0),
        }
    }

    /// A global variable, by its number, if there is one.
    pub fn global(&self, number: usize) -> Option<i64> {
        Some(self.globals.get(number)?.load(SeqCst))
    }

    /// Calls a function, by its number; for [`Step::Block`].
    ///
    /// # Errors
    ///
    /// [`Trap::NoFunction`] if there is no such function.
    pub fn call(&self, number: usize) -> Result<(), Trap> {
        self.functions.get(number).ok_or(Trap::NoFunction(number))?();
        Ok(())
    }

    /// How many instructions have run so far, those included that ended in a trap or a panic.
    pub fn steps(&self) -> u64 {
        self.steps.load(SeqCst)
    }

    /// The most threads that were inside of [`Frame::step`] at once. A lock keeps it at 1.
    pub fn most_at_once(&self) -> usize {
        self.most_inside.load(SeqCst)
    }
}

impl Debug for Heap {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heap").field("globals", &self.globals).finish_non_exhaustive()
    }
}

/// Counts a thread as inside of `step`, until it is dropped.
pub(super) struct Inside<'h>(&'h Heap);

impl<'h> Inside<'h> {
    pub(super) fn new(heap: &'h Heap) -> Inside<'h> {
        heap.steps.fetch_add(1, SeqCst);
        let inside = heap.inside.fetch_add(1, SeqCst) + 1;
        heap.most_inside.fetch_max(inside, SeqCst);
        Inside(heap)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, SeqCst);
    }
}
