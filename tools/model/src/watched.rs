//! A value that the model watches.

use std::panic::Location;

use crate::history;
use crate::step::{Act, Place, Use};

/// A value for what owns values: the model finds a use that races with a change or with the drop, a
/// second drop, and a value that is never dropped.
pub struct Watched {
    cell: loom::cell::UnsafeCell<()>,
    number: usize,
    made: Place,
    /// Its count tells how often the value is dropped.
    _owner: loom::sync::Arc<()>,
}

// SAFETY: loom tells of every use that is not ordered after the last one.
unsafe impl Sync for Watched {}

impl Watched {
    /// A new value.
    #[track_caller]
    #[expect(clippy::new_without_default, reason = "the place where it is made is part of it")]
    pub fn new() -> Watched {
        Watched {
            cell: loom::cell::UnsafeCell::new(()),
            number: history::add_cell(),
            made: Location::caller(),
            _owner: loom::sync::Arc::new(()),
        }
    }

    /// Reads the value, as any number of threads may at the same time.
    #[track_caller]
    pub fn read(&self) {
        self.note(Location::caller(), Use::Read);
        self.cell.with(|_| ());
    }

    /// Changes the value.
    #[track_caller]
    pub fn change(&mut self) {
        self.note(Location::caller(), Use::Change);
        self.cell.with_mut(|_| ());
    }

    fn note(&self, place: Place, how: Use) {
        history::note(place, Act::Use(self.number, how));
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.note(self.made, Use::Drop);
        self.cell.with_mut(|_| ());
    }
}
