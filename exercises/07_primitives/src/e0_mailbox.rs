//! Hand a letter from one thread to another, with a flag and no lock.

use crate::sync::{AtomicBool, UnsafeCell};

/// A mailbox for one letter. One thread posts it, once; one other thread looks for it.
pub struct Mailbox {
    posted: AtomicBool,
    letter: UnsafeCell<u64>,
}

// SAFETY: yours to uphold: `post` and `look` never use the letter at the same time.
unsafe impl Sync for Mailbox {}

impl Mailbox {
    /// An empty mailbox.
    pub fn new() -> Mailbox {
        Mailbox { posted: AtomicBool::new(false), letter: UnsafeCell::new(0) }
    }

    /// Puts the letter into the box.
    ///
    /// # Safety
    ///
    /// Call it at most once.
    pub unsafe fn post(&self, letter: u64) {
        // TODO: write the letter, through `self.letter.get()`, and raise the flag.
        todo!("post {letter}; {:?} and {:?} are there for it", self.posted, self.letter)
    }

    /// The letter, if it has come; never waits.
    pub fn look(&self) -> Option<u64> {
        // TODO: look at the flag, and only then at the letter.
        todo!("look whether {:?}, then read {:?}", self.posted, self.letter)
    }
}

impl Default for Mailbox {
    fn default() -> Mailbox {
        Mailbox::new()
    }
}
