//! Every thread gets a piece of the items, borrowed; the pieces of the results come back in order.
//!
//! The tempting mistake is one chain of iterators that spawns and joins: an adaptor such as `map` is
//! lazy, so each thread is joined before the next one is spawned. The next one is to cut pieces of
//! `len / threads` items, or of that number rounded up: either is wrong where it leaves a rest.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::thread;

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
    let threads = threads.get().min(items.len());
    let f = &f;
    thread::scope(|scope| {
        let mut rest = items;
        // Each takes its share of what is left, so that no two differ by more than one item.
        let start = |worker| {
            let (piece, others) = rest.split_at(rest.len().div_ceil(threads - worker));
            rest = others;
            scope.spawn(move || piece.iter().map(f).collect::<Vec<R>>())
        };
        // All threads are started before the first is waited for.
        let workers: Vec<_> = (0..threads).map(start).collect();
        let join = |worker: thread::ScopedJoinHandle<'_, Vec<R>>| {
            worker.join().unwrap_or_else(|payload| resume_unwind(payload))
        };
        workers.into_iter().flat_map(join).collect()
    })
}
