//! Two counters: the last strong owner drops the value, and the last owner of either kind frees the
//! memory; all strong owners together count as one weak. The tempting mistake is to look at a counter
//! and to act on it later: only the step that takes it to zero may act.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;

use crate::sync::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{AtomicUsize, UnsafeCell, fence, spin_loop};

/// The weak counter while `get_mut` looks at the strong one.
const LOCKED: usize = usize::MAX;

/// What all owners share.
struct Inner<T> {
    strong: AtomicUsize,
    /// The weak owners, and one for all the strong ones together; or `LOCKED`.
    weak: AtomicUsize,
    /// Dropped with the last strong owner.
    value: UnsafeCell<ManuallyDrop<T>>,
}

/// An owner of a value that others own too, on any thread.
pub struct MyArc<T> {
    inner: NonNull<Inner<T>>,
}

/// An owner of the place of a value, but not of the value.
pub struct MyWeak<T> {
    inner: NonNull<Inner<T>>,
}

// SAFETY: owners on several threads have `&T` at the same time, so `T: Sync`; the last one drops the
// value, on whichever thread it is, so `T: Send`.
unsafe impl<T: Send + Sync> Send for MyArc<T> {}
// SAFETY: as above; who has `&MyArc` can clone it.
unsafe impl<T: Send + Sync> Sync for MyArc<T> {}
// SAFETY: as above; a weak owner can become a strong one.
unsafe impl<T: Send + Sync> Send for MyWeak<T> {}
// SAFETY: as above; who has `&MyWeak` can clone it.
unsafe impl<T: Send + Sync> Sync for MyWeak<T> {}

impl<T> MyArc<T> {
    /// The only owner of a value.
    pub fn new(value: T) -> MyArc<T> {
        let (strong, weak) = (AtomicUsize::new(1), AtomicUsize::new(1));
        let value = UnsafeCell::new(ManuallyDrop::new(value));
        MyArc { inner: NonNull::from(Box::leak(Box::new(Inner { strong, weak, value }))) }
    }

    /// The value, to change it, if this is its only owner: no other strong one, and no weak one.
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        let inner = this.inner();
        // The lock keeps weak owners from appearing, and so from becoming strong, between the two
        // looks. Acquire pairs with the Release of a weak owner that went: what it did when it was
        // strong, it did before.
        inner.weak.compare_exchange(1, LOCKED, Acquire, Relaxed).ok()?;
        // Acquire pairs with the Release of the strong owners that went.
        let is_only = inner.strong.load(Acquire) == 1;
        // Release pairs with the Acquire in `downgrade`: who finds the lock open comes after us.
        inner.weak.store(1, Release);
        // SAFETY: there is no other owner, and `&mut self` keeps this one from making any.
        is_only.then(|| unsafe { &mut **inner.value.get() })
    }

    /// A weak owner of the same value.
    pub fn downgrade(this: &Self) -> MyWeak<T> {
        let weak = &this.inner().weak;
        let mut seen = weak.load(Relaxed);
        loop {
            if seen == LOCKED {
                spin_loop();
                seen = weak.load(Relaxed);
                continue;
            }
            // Acquire pairs with the Release in `get_mut`, which opens the lock.
            match weak.compare_exchange(seen, seen + 1, Acquire, Relaxed) {
                Ok(_) => return MyWeak { inner: this.inner },
                Err(newer) => seen = newer,
            }
        }
    }

    /// The value itself, if this is its only strong owner; else the owner comes back. Weak owners
    /// then find that it has gone.
    pub fn try_unwrap(this: Self) -> Result<T, Self> {
        // Acquire pairs with the Release of the owners that went.
        if this.inner().strong.compare_exchange(1, 0, Acquire, Relaxed).is_err() {
            return Err(this);
        }
        let this = ManuallyDrop::new(this);
        // SAFETY: the counter is zero now, so nobody else uses the value or drops it.
        let value = unsafe { ManuallyDrop::take(&mut *this.inner().value.get()) };
        // The weak owner for all the strong ones.
        drop(MyWeak { inner: this.inner });
        Ok(value)
    }

    /// The number of strong owners, at some moment during the call.
    pub fn strong_count(this: &Self) -> usize {
        // Relaxed: the number may be out of date when it arrives, and nothing depends on it.
        this.inner().strong.load(Relaxed)
    }

    fn inner(&self) -> &Inner<T> {
        // SAFETY: the memory is freed with the last owner, and this is one.
        unsafe { self.inner.as_ref() }
    }
}

impl<T> MyWeak<T> {
    /// A strong owner, if the value is still there.
    pub fn upgrade(&self) -> Option<MyArc<T>> {
        let strong = &self.inner().strong;
        let mut seen = strong.load(Relaxed);
        // From zero there is no way back: the value is being dropped.
        while seen != 0 {
            // Relaxed: a strong owner of the moment before keeps the value; it was made before us.
            match strong.compare_exchange(seen, seen + 1, Relaxed, Relaxed) {
                Ok(_) => return Some(MyArc { inner: self.inner }),
                Err(newer) => seen = newer,
            }
        }
        None
    }

    fn inner(&self) -> &Inner<T> {
        // SAFETY: the memory is freed with the last owner, and this is one.
        unsafe { self.inner.as_ref() }
    }
}

impl<T> Deref for MyArc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the value is there while a strong owner is, and nobody changes it: `get_mut` needs
        // to be the only owner.
        unsafe { &**self.inner().value.get() }
    }
}

impl<T> Clone for MyArc<T> {
    fn clone(&self) -> Self {
        // Relaxed: this owner keeps the value, and the new one gets here through it.
        self.inner().strong.fetch_add(1, Relaxed);
        MyArc { inner: self.inner }
    }
}

impl<T> Drop for MyArc<T> {
    fn drop(&mut self) {
        // Release pairs with the Acquire below, of the last owner: what we did with the value comes
        // before its end.
        if self.inner().strong.fetch_sub(1, Release) == 1 {
            fence(Acquire);
            // SAFETY: the counter is zero, so this is the only one that drops the value.
            unsafe { ManuallyDrop::drop(&mut *self.inner().value.get()) };
            // The weak owner for all the strong ones.
            drop(MyWeak { inner: self.inner });
        }
    }
}

impl<T> Clone for MyWeak<T> {
    fn clone(&self) -> Self {
        // Relaxed: this owner keeps the memory. The counter is not locked: `get_mut` locks it only
        // where there is no weak owner.
        self.inner().weak.fetch_add(1, Relaxed);
        MyWeak { inner: self.inner }
    }
}

impl<T> Drop for MyWeak<T> {
    fn drop(&mut self) {
        // Release pairs with the Acquire below, of the last owner, and with that in `get_mut`.
        if self.inner().weak.fetch_sub(1, Release) == 1 {
            fence(Acquire);
            // SAFETY: both counters are zero, so nobody else has this memory.
            drop(unsafe { Box::from_raw(self.inner.as_ptr()) });
        }
    }
}
