//! Two counters: the last strong owner drops the value, and the last owner of either kind frees the
//! memory; all strong owners together count as one weak. The tempting mistake is to look at a counter
//! and to act on it later: only the step that takes it to zero may act.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr;

use crate::place::Place;
use crate::sync::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{fence, spin_loop};

/// The weak counter while `get_mut` looks at the strong one.
const LOCKED: usize = usize::MAX;

/// A strong owner of a value: while there is one, the value is there.
pub struct MyArc<T> {
    place: Place<T>,
}

/// A weak owner: it keeps the memory, but not the value.
pub struct MyWeak<T> {
    place: Place<T>,
}

impl<T> MyArc<T> {
    /// The only owner of a value.
    pub fn new(value: T) -> MyArc<T> {
        // One strong owner, and one weak: it stands for all strong ones together.
        MyArc { place: Place::new(1, 1, value) }
    }

    /// The value, to change it, if this is its only owner: no other strong one, and no weak one.
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        // SAFETY: this owner keeps the memory.
        let (strong, weak) = unsafe { (this.place.strong(), this.place.weak()) };
        // The lock keeps weak owners from appearing between the two looks. Acquire pairs with the
        // Release of a weak owner that went: if it had become strong, that came before.
        weak.compare_exchange(1, LOCKED, Acquire, Relaxed).ok()?;
        // Acquire pairs with the Release of the strong owners that went.
        let is_only = strong.load(Acquire) == 1;
        // Release pairs with the Acquire in `downgrade`: who finds it open again comes after us. std
        // has the two as well; the file `weaker.toml` beside this one proves that Relaxed would do.
        weak.store(1, Release);
        // SAFETY: there is no other owner, and `&mut self` keeps this one from making any.
        is_only.then(|| unsafe { &mut *this.place.value() })
    }

    /// A weak owner of the same value.
    pub fn downgrade(this: &Self) -> MyWeak<T> {
        // SAFETY: this owner keeps the memory.
        let weak = unsafe { this.place.weak() };
        let mut seen = weak.load(Relaxed);
        loop {
            if seen == LOCKED {
                spin_loop();
                seen = weak.load(Relaxed);
                continue;
            }
            // Acquire pairs with the Release in `get_mut`, which opens the lock.
            match weak.compare_exchange(seen, seen + 1, Acquire, Relaxed) {
                Ok(_) => return MyWeak { place: this.place },
                Err(newer) => seen = newer,
            }
        }
    }

    /// The value itself, if this is its only strong owner; else the owner comes back.
    pub fn try_unwrap(this: Self) -> Result<T, Self> {
        // SAFETY: this owner keeps the memory.
        let strong = unsafe { this.place.strong() };
        // Acquire pairs with the Release of the strong owners that went.
        if strong.compare_exchange(1, 0, Acquire, Relaxed).is_err() {
            return Err(this);
        }
        // Not to be counted down once more.
        let this = ManuallyDrop::new(this);
        // SAFETY: the counter is zero now, so nobody else uses the value or drops it.
        let value = unsafe { ptr::read(this.place.value()) };
        // The weak owner for all the strong ones.
        drop(MyWeak { place: this.place });
        Ok(value)
    }
}

impl<T> MyWeak<T> {
    /// A strong owner, if the value is still there.
    pub fn upgrade(&self) -> Option<MyArc<T>> {
        // SAFETY: this owner keeps the memory.
        let strong = unsafe { self.place.strong() };
        let mut seen = strong.load(Relaxed);
        // From zero there is no way back: the value is being dropped.
        while seen != 0 {
            // Relaxed: the owners that are there keep the value, and this one was made through them.
            match strong.compare_exchange(seen, seen + 1, Relaxed, Relaxed) {
                Ok(_) => return Some(MyArc { place: self.place }),
                Err(newer) => seen = newer,
            }
        }
        None
    }
}

impl<T> Deref for MyArc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the value is there while a strong owner is, and only who is the only owner changes
        // it.
        unsafe { &*self.place.value() }
    }
}

impl<T> Clone for MyArc<T> {
    fn clone(&self) -> Self {
        // SAFETY: this owner keeps the memory.
        let strong = unsafe { self.place.strong() };
        // Relaxed: this owner keeps the value, and the new one gets where it is through it. std also
        // aborts where the counter would overflow, which takes owners that were forgotten.
        strong.fetch_add(1, Relaxed);
        MyArc { place: self.place }
    }
}

impl<T> Drop for MyArc<T> {
    fn drop(&mut self) {
        // SAFETY: this owner keeps the memory, until the weak one below goes.
        let strong = unsafe { self.place.strong() };
        // Release pairs with the Acquire of the last owner: what we did with the value comes before
        // its end.
        if strong.fetch_sub(1, Release) == 1 {
            fence(Acquire);
            // SAFETY: the counter is zero, so nobody else uses the value or drops it.
            unsafe { ptr::drop_in_place(self.place.value()) };
            // The weak owner for all the strong ones.
            drop(MyWeak { place: self.place });
        }
    }
}

impl<T> Drop for MyWeak<T> {
    fn drop(&mut self) {
        // SAFETY: this owner keeps the memory, until it goes.
        let weak = unsafe { self.place.weak() };
        // Release pairs with the Acquire of the last owner, and with that in `get_mut`.
        if weak.fetch_sub(1, Release) == 1 {
            fence(Acquire);
            // SAFETY: both counters are zero, so nobody else has this memory.
            unsafe { self.place.free() };
        }
    }
}
