//! Futures that wait for nothing, and let another one go first.

use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Yields so many times.
pub struct Yields(u32);

impl Future for Yields {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let Some(left) = self.0.checked_sub(1) else { return Poll::Ready(true) };
        self.0 = left;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

pub fn pair(count: u32) -> [Yields; 2] {
    [Yields(count), Yields(count)]
}

/// Polls both by turns, with a waker that does nothing; returns whether both have ended.
pub fn by_hand(count: u32) -> bool {
    let mut pair = pair(count).map(Box::pin);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        let polls = black_box(&mut pair).each_mut().map(|one| one.as_mut().poll(&mut context));
        match polls {
            [Poll::Pending, Poll::Pending] => {}
            [a, b] => return a == b,
        }
    }
}
