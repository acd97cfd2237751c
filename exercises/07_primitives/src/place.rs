//! Supplied: memory for a value and two counters, which nobody frees but by `free`.

use std::cell::UnsafeCell;
use std::fmt::{self, Debug, Formatter};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use crate::sync::AtomicUsize;

struct Inner<T> {
    strong: AtomicUsize,
    weak: AtomicUsize,
    /// Dropped by hand.
    value: UnsafeCell<ManuallyDrop<T>>,
}

/// Where a value and two counters are. A copy of a place is the same place.
pub struct Place<T> {
    inner: NonNull<Inner<T>>,
}

impl<T> Clone for Place<T> {
    fn clone(&self) -> Place<T> {
        *self
    }
}

impl<T> Copy for Place<T> {}

impl<T> Debug for Place<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Place")
    }
}

// SAFETY: threads that know the same place may have `&T` at the same time, and each of them may drop
// the value.
unsafe impl<T: Send + Sync> Send for Place<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Place<T> {}

impl<T> Place<T> {
    /// New memory, with these counts.
    pub fn new(strong: usize, weak: usize, value: T) -> Place<T> {
        let inner = Inner {
            strong: AtomicUsize::new(strong),
            weak: AtomicUsize::new(weak),
            value: UnsafeCell::new(ManuallyDrop::new(value)),
        };
        Place { inner: NonNull::from(Box::leak(Box::new(inner))) }
    }

    /// The first counter.
    ///
    /// # Safety
    ///
    /// The memory must not have been freed, and not be while the reference is used.
    pub unsafe fn strong(&self) -> &AtomicUsize {
        // SAFETY: the caller sees to it that the memory is there.
        unsafe { &self.inner.as_ref().strong }
    }

    /// The second counter.
    ///
    /// # Safety
    ///
    /// As for [`Place::strong`].
    pub unsafe fn weak(&self) -> &AtomicUsize {
        // SAFETY: the caller sees to it that the memory is there.
        unsafe { &self.inner.as_ref().weak }
    }

    /// The address of the value.
    ///
    /// # Safety
    ///
    /// The memory must not have been freed. Whoever uses the address sees to it that the value is
    /// there, and that nobody changes what others look at.
    pub unsafe fn value(&self) -> *mut T {
        // SAFETY: the caller sees to it that the memory is there.
        unsafe { self.inner.as_ref().value.get() }.cast()
    }

    /// Frees the memory. It does not drop the value.
    ///
    /// # Safety
    ///
    /// Call it once, when nobody uses the memory any more.
    pub unsafe fn free(self) {
        // SAFETY: `new` made it as a Box; the caller is the only one left.
        drop(unsafe { Box::from_raw(self.inner.as_ptr()) });
    }
}
