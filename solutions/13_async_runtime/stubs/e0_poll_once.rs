//! Poll a future once, and tell what came.

use std::pin::Pin;

/// Polls `future` once, with a waker that does nothing. Returns its value, or `None` if it is not there yet.
///
/// A future that was not ready can be polled again. One that was ready must not: it may panic.
pub fn poll_once<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Option<F::Output> {
    // TODO: make a waker and a context of it, call `poll`, and see what comes back.
    todo!("poll a future of {} bytes once", size_of_val(&**future))
}
