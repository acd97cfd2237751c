//! Atomics whose every access is a step of the history.

use std::cell::Cell;
use std::fmt::{self, Debug, Formatter};
use std::panic::Location;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, SeqCst};

use crate::history;
use crate::step::{Act, Atomic, Place, Update};

thread_local! {
    /// Whether a store is loom's own; see `Model::plain_stores`.
    static PLAIN_STORES: Cell<bool> = const { Cell::new(false) };
}

pub(crate) fn set_plain_stores(plain: bool) {
    PLAIN_STORES.set(plain);
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
    ($name:ident, $value:ty, free $free:expr; $($update:ident $result:expr;)*) => {
        /// As the atomic of the same name in [`std::sync::atomic`].
        pub struct $name {
            inner: loom::sync::atomic::$name,
            number: usize,
            made: Place,
        }

        impl $name {
            #[track_caller]
            pub fn new(value: $value) -> $name {
                $name {
                    inner: loom::sync::atomic::$name::new(value),
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

            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                let value = in_order(order, || self.inner.load(load(order)));
                let act = Act::Load(self.atomic(), order, format!("{value:?}"));
                history::note(Location::caller(), act);
                value
            }

            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
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

            /// Never fails where [`Self::compare_exchange`] would not.
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
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
                    let read = in_order(order, || self.inner.$update(value, update(order)));
                    let result: fn($value, $value) -> $value = $result;
                    let wrote = format!("{:?}", result(read, value));
                    self.note_update(stringify!($update), order, read, Some(wrote));
                    read
                }
            )*
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
                let free: fn(&mut loom::sync::atomic::$name) = $free;
                free(&mut self.inner);
            }
        }
    };
}

atomic! { AtomicBool, bool,
    // Loom compares it with the stores alone.
    // SAFETY: loom's atomics are no memory that could be read wrongly.
    free |atomic| { unsafe { atomic.unsync_load() }; };
    fetch_and |old, value| old & value;
    fetch_or |old, value| old | value;
    fetch_xor |old, value| old ^ value;
    fetch_nand |old, value| !(old & value);
}

macro_rules! atomic_number {
    ($name:ident, $value:ty) => {
        atomic! { $name, $value,
            free |atomic| atomic.with_mut(|_| ());
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
        self.inner.load(Ordering::Relaxed)
    }
}
