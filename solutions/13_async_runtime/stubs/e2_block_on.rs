//! Run one future on this thread, and sleep while it waits.

// What reaches other threads comes from `crate::sync`: atomics, `Mutex`, `Condvar`, `thread::park`. In the
// tests it is the model's. An `Arc` is that of std, for `std::task::Wake` wants it.

/// Polls `future` on this thread, at once, and again whenever it was woken, until it is ready; returns its
/// value. It sleeps while there is nothing to poll for.
///
/// A wake-up may come from any thread and at any moment: during a poll, before the sleep, in it, and when all
/// is over. None is lost; some that come together may be one. The poll that follows sees all that was
/// written before the wake-up.
///
/// The future may park and unpark this thread for its own ends, and may call `block_on` itself.
pub fn block_on<F: Future>(future: F) -> F::Output {
    // TODO: a type for what a waker does, with `impl Wake`; then pin the future, poll it, and sleep.
    todo!("run a future of {} bytes to its end", size_of_val(&future))
}
