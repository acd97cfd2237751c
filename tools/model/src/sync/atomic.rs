//! Atomics whose every access is a step of the history.

use std::cell::Cell;
use std::fmt::{self, Debug, Formatter};
use std::panic::Location;
use std::sync::Mutex;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, SeqCst};

use super::mutex::NO_PANIC;
use crate::history;
use crate::step::{Act, Atomic, Place, Update};

thread_local! {
    /// Whether a store is loom's own; see `Model::plain_stores`.
    static PLAIN_STORES: Cell<bool> = const { Cell::new(false) };
    /// Whether a weak exchange may fail without a reason; see `Model::weak_may_fail`.
    static WEAK_MAY_FAIL: Cell<bool> = const { Cell::new(false) };
}

pub(crate) fn set_plain_stores(plain: bool) {
    PLAIN_STORES.set(plain);
}

pub(crate) fn set_weak_may_fail(may_fail: bool) {
    WEAK_MAY_FAIL.set(may_fail);
}

/// As [`std::sync::atomic::fence`].
#[track_caller]
pub fn fence(order: Ordering) {
    history::note(Location::caller(), Act::Fence(order));
    loom::sync::atomic::fence(order);
}

/// Performs `access`, between two fences where its ordering is `SeqCst`.
fn in_order<R>(order: Ordering, access: impl FnOnce() -> R) -> R {
    if order != SeqCst {
        return access();
    }
    loom::sync::atomic::fence(SeqCst);
    let result = access();
    loom::sync::atomic::fence(SeqCst);
    result
}

/// The ordering that is left to a read-modify-write operation between two fences.
fn update(order: Ordering) -> Ordering {
    if order == SeqCst { AcqRel } else { order }
}

/// The ordering that is left to a load between two fences.
fn load(order: Ordering) -> Ordering {
    if order == SeqCst { Acquire } else { order }
}

macro_rules! atomic {
    ($name:ident, $value:ty, alone $alone:expr; $($update:ident $result:expr;)*) => {
        /// As the atomic of the same name in [`std::sync::atomic`].
        pub struct $name {
            inner: loom::sync::atomic::$name,
            /// The value before and after a use of `get_mut`, until the next access.
            own: Mutex<Option<($value, $value)>>,
            number: usize,
            made: Place,
        }

        impl $name {
            #[track_caller]
            pub fn new(value: $value) -> $name {
                $name {
                    inner: loom::sync::atomic::$name::new(value),
                    own: Mutex::new(None),
                    number: history::add_atomic(),
                    made: Location::caller(),
                }
            }

            fn atomic(&self) -> Atomic {
                Atomic { number: self.number, kind: stringify!($name) }
            }

            #[track_caller]
            fn note_update(&self, name: &'static str, order: Ordering, read: $value, wrote: Option<String>) {
                let update = Update { name, order, read: format!("{read:?}"), wrote };
                let act = Act::Update(self.atomic(), update);
                history::note(Location::caller(), act);
            }

            /// Writes back what `get_mut` has changed.
            fn settle(&self) {
                let own = self.own.lock().expect(NO_PANIC).take();
                if let Some((_, value)) = own.filter(|(before, after)| before != after) {
                    self.inner.store(value, SeqCst);
                }
            }

            /// The value; who has the atomic alone needs no ordering.
            #[track_caller]
            pub fn get_mut(&mut self) -> &mut $value {
                self.settle();
                let value = Self::alone(&mut self.inner);
                &mut self.own.get_mut().expect(NO_PANIC).insert((value, value)).1
            }

            /// The value; who has the atomic alone needs no ordering.
            #[track_caller]
            pub fn into_inner(mut self) -> $value {
                *self.get_mut()
            }

            /// The value of an atomic to which all other accesses happened before.
            fn alone(inner: &mut loom::sync::atomic::$name) -> $value {
                let alone: fn(&mut loom::sync::atomic::$name) -> $value = $alone;
                alone(inner)
            }

            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                self.settle();
                let value = in_order(order, || self.inner.load(load(order)));
                let act = Act::Load(self.atomic(), order, format!("{value:?}"));
                history::note(Location::caller(), act);
                value
            }

            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                self.settle();
                in_order(order, || {
                    if PLAIN_STORES.get() {
                        self.inner.store(value, order);
                    } else {
                        self.inner.swap(value, update(order));
                    }
                });
                let act = Act::Store(self.atomic(), order, format!("{value:?}"));
                history::note(Location::caller(), act);
            }

            #[track_caller]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                self.settle();
                let read = in_order(order, || self.inner.swap(value, update(order)));
                self.note_update("swap", order, read, Some(format!("{value:?}")));
                read
            }

            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.settle();
                let strongest = if success == SeqCst || failure == SeqCst { SeqCst } else { success };
                let result = in_order(strongest, || {
                    self.inner.compare_exchange(current, new, update(success), load(failure))
                });
                match result {
                    Ok(read) => {
                        let wrote = Some(format!("{new:?}"));
                        self.note_update("compare_exchange", success, read, wrote);
                    }
                    Err(read) => self.note_update("compare_exchange", failure, read, None),
                }
                result
            }

            /// Fails where [`Self::compare_exchange`] would not in models that say so; see
            /// [`crate::Model::weak_may_fail`].
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.settle();
                if WEAK_MAY_FAIL.get() && history::weak_fails(self.number) {
                    let read = in_order(failure, || self.inner.load(load(failure)));
                    self.note_update("compare_exchange_weak", failure, read, None);
                    return Err(read);
                }
                self.compare_exchange(current, new, success, failure)
            }

            #[track_caller]
            pub fn fetch_update(
                &self,
                set_order: Ordering,
                fetch_order: Ordering,
                mut change: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                let mut seen = self.load(fetch_order);
                while let Some(next) = change(seen) {
                    match self.compare_exchange(seen, next, set_order, fetch_order) {
                        Ok(seen) => return Ok(seen),
                        Err(newer) => seen = newer,
                    }
                }
                Err(seen)
            }

            $(
                #[track_caller]
                pub fn $update(&self, value: $value, order: Ordering) -> $value {
                    self.settle();
                    let read = in_order(order, || self.inner.$update(value, update(order)));
                    let result: fn($value, $value) -> $value = $result;
                    let wrote = format!("{:?}", result(read, value));
                    self.note_update(stringify!($update), order, read, Some(wrote));
                    read
                }
            )*
        }

        impl Default for $name {
            #[track_caller]
            fn default() -> $name {
                $name::new(<$value>::default())
            }
        }

        impl Debug for $name {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        /// Freeing an atomic is an access to it: all others must happen before.
        impl Drop for $name {
            fn drop(&mut self) {
                history::free_atomic(self.made, self.atomic());
                Self::alone(&mut self.inner);
            }
        }
    };
}

atomic! { AtomicBool, bool,
    // Loom compares it with the stores alone.
    // SAFETY: loom's atomics are no memory that could be read wrongly.
    alone |atomic| unsafe { atomic.unsync_load() };
    fetch_and |old, value| old & value;
    fetch_or |old, value| old | value;
    fetch_xor |old, value| old ^ value;
    fetch_nand |old, value| !(old & value);
}

macro_rules! atomic_number {
    ($name:ident, $value:ty) => {
        atomic! { $name, $value,
            alone |atomic| atomic.with_mut(|value| *value);
            fetch_add <$value>::wrapping_add;
            fetch_sub <$value>::wrapping_sub;
            fetch_and |old, value| old & value;
            fetch_or |old, value| old | value;
            fetch_xor |old, value| old ^ value;
            fetch_max Ord::max;
            fetch_min Ord::min;
        }
    };
}

atomic_number!(AtomicU32, u32);
atomic_number!(AtomicUsize, usize);

impl AtomicU32 {
    /// The value, without a step of the history.
    pub(super) fn peek(&self) -> u32 {
        self.settle();
        self.inner.load(Ordering::Relaxed)
    }
}
