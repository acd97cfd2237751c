//! Data that one thread at a time may use.

use std::fmt::{self, Debug, Formatter};
use std::panic::Location;

use crate::history;
use crate::step::{Act, Use};

/// As [`std::cell::UnsafeCell`].
pub struct UnsafeCell<T> {
    inner: loom::cell::UnsafeCell<T>,
    number: usize,
}

impl<T> UnsafeCell<T> {
    #[track_caller]
    pub fn new(value: T) -> UnsafeCell<T> {
        UnsafeCell { inner: loom::cell::UnsafeCell::new(value), number: history::add_cell() }
    }

    /// The data, for the use that begins now. The model counts it as a write at this moment.
    #[track_caller]
    pub fn get(&self) -> *mut T {
        history::note(Location::caller(), Act::Use(self.number, Use::Get));
        self.inner.with_mut(|data| data)
    }

    /// The data; who has the cell alone needs no lock.
    #[track_caller]
    pub fn get_mut(&mut self) -> &mut T {
        let data = self.get();
        // SAFETY: `&mut self` keeps everyone else away from the data while the reference lives.
        unsafe { &mut *data }
    }

    #[track_caller]
    pub fn into_inner(self) -> T {
        self.get();
        self.inner.into_inner()
    }
}

impl<T: Default> Default for UnsafeCell<T> {
    #[track_caller]
    fn default() -> UnsafeCell<T> {
        UnsafeCell::new(T::default())
    }
}

impl<T> Debug for UnsafeCell<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("UnsafeCell { .. }")
    }
}
