//! The flag carries the letter: who reads the flag with Acquire, and finds it raised with Release,
//! sees all that was written before it was raised. The tempting mistake is Relaxed: the flag is no less
//! atomic with it, but nothing comes along, and the reader may take the letter before it is there.

use crate::sync::Ordering::{Acquire, Release};
use crate::sync::{AtomicBool, UnsafeCell};

/// A mailbox for one letter. One thread posts it, once; one other thread looks for it.
pub struct Mailbox {
    posted: AtomicBool,
    letter: UnsafeCell<u64>,
}

// SAFETY: the letter is written once, before `posted` is true, and read only after that.
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
        // SAFETY: nobody reads the letter until the store below, and nobody else writes it.
        unsafe { *self.letter.get() = letter };
        // Release pairs with the Acquire in `look`: who sees `true` sees the letter.
        self.posted.store(true, Release);
    }

    /// The letter, if it has come; never waits.
    pub fn look(&self) -> Option<u64> {
        // Acquire pairs with the Release in `post`.
        if !self.posted.load(Acquire) {
            return None;
        }
        // SAFETY: the letter was written before, and is never written again.
        Some(unsafe { *self.letter.get() })
    }
}

impl Default for Mailbox {
    fn default() -> Mailbox {
        Mailbox::new()
    }
}
