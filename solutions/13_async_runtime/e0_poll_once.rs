//! `poll` is an ordinary call, and returns at once. The tempting mistake is a loop around it: it polls a
//! future that has nothing new to tell, as fast as the processor can. Whoever gets `Pending` has time for
//! something else; the waker is there to end that time, and this one does nothing.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Polls `future` once, with a waker that does nothing. Returns its value, or `None` if it is not there yet.
///
/// A future that was not ready can be polled again. One that was ready must not: it may panic.
pub fn poll_once<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Option<F::Output> {
    let mut context = Context::from_waker(Waker::noop());
    match future.as_mut().poll(&mut context) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
