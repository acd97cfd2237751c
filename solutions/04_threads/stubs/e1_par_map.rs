//! Map a function over a slice, on several threads that borrow all they need.

use std::any::type_name;
use std::num::NonZeroUsize;

/// Calls `f` for each of the items, on several threads, and returns the results in the order of
/// the items.
///
/// The work has as many threads as `threads` says, or as there are items, if these are fewer. The
/// caller may be one of these threads. No other thread is started, not even when one has ended. They
/// work side by side: in the beginning, every one of them is in a call of `f`.
///
/// # Panics
///
/// Where `f` panics, this panics with the same payload when all its threads have ended. Which items
/// of those that wait are still worked on is open. If there are several panics, it is the payload of
/// any of them.
pub fn par_map<T, R, F>(items: &[T], threads: NonZeroUsize, f: F) -> Vec<R>
where
    T: Sync,
    R: Send,
    F: Fn(&T) -> R + Sync,
{
    // TODO: decide which thread works on which items; start all threads, then wait for them.
    let _ = f;
    todo!("work on {} items with {threads} threads, for a {}", items.len(), type_name::<R>())
}
