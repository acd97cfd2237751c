//! Bytes that several threads may use, each its own places.

use std::array;
use std::fmt::{self, Debug, Formatter};
use std::panic::Location;

use crate::history;
use crate::step::{Act, Use};

/// `N` bytes, each of which the model watches. Chapter 10's `sync` has it as one array in an
/// `UnsafeCell`.
pub struct SharedBytes<const N: usize> {
    places: [loom::cell::UnsafeCell<u8>; N],
    /// The number of the cell of each place.
    numbers: [usize; N],
}

// SAFETY: loom tells of every use that is not ordered after the last one.
unsafe impl<const N: usize> Sync for SharedBytes<N> {}

impl<const N: usize> SharedBytes<N> {
    /// `N` zeros.
    #[track_caller]
    #[expect(clippy::new_without_default, reason = "a default would not know its caller")]
    pub fn new() -> SharedBytes<N> {
        SharedBytes {
            places: array::from_fn(|_| loom::cell::UnsafeCell::new(0)),
            numbers: array::from_fn(|_| history::add_cell()),
        }
    }

    /// Copies all of `from` to the places `at`, `at + 1` and so on.
    ///
    /// # Panics
    ///
    /// Panics if the last place is beyond the end.
    ///
    /// # Safety
    ///
    /// None here: the model ends where somebody else uses one of these places at the same time.
    #[track_caller]
    pub unsafe fn write(&self, at: usize, from: &[u8]) {
        assert!(at <= N && from.len() <= N - at, "{} bytes at place {at} of {N}", from.len());
        for (place, &byte) in (at..).zip(from) {
            let act = Act::Use(self.numbers[place], Use::WriteAt(place));
            history::note(Location::caller(), act);
            // SAFETY: the pointer is valid in the closure, and the threads of a model take turns.
            self.places[place].with_mut(|to| unsafe { *to = byte });
        }
    }

    /// Copies the places `at`, `at + 1` and so on to all of `to`.
    ///
    /// # Panics
    ///
    /// Panics if the last place is beyond the end.
    ///
    /// # Safety
    ///
    /// None here: the model ends where somebody else writes to one of these places at the same time.
    #[track_caller]
    pub unsafe fn read(&self, at: usize, to: &mut [u8]) {
        assert!(at <= N && to.len() <= N - at, "{} bytes at place {at} of {N}", to.len());
        for (place, byte) in (at..).zip(to) {
            let act = Act::Use(self.numbers[place], Use::ReadAt(place));
            history::note(Location::caller(), act);
            // SAFETY: as in `write`.
            *byte = self.places[place].with(|from| unsafe { *from });
        }
    }
}

impl<const N: usize> Debug for SharedBytes<N> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("SharedBytes { .. }")
    }
}
