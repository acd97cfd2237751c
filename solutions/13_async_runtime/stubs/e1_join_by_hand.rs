//! Write futures by hand: one that lets others run, and two that run two others.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Lets the others run: ready at its second poll; at the first it wakes its task, once.
#[derive(Debug, Default)]
pub struct YieldNow {
    yielded: bool,
}

impl Future for YieldNow {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        todo!("yielded: {}; {} bytes of context", self.yielded, size_of_val(cx))
    }
}

/// Runs two futures to the end of both: a poll polls each once, but none that was ready. It wakes nobody itself.
// TODO: what must it know of each? Change the fields as you like, here and below.
pub struct Join<A: Future, B: Future>(Pin<Box<A>>, Pin<Box<B>>);

pub fn join<A: Future, B: Future>(a: A, b: B) -> Join<A, B> {
    Join(Box::pin(a), Box::pin(b))
}

// Only what is in the boxes is pinned, so `self.get_mut()` works.
impl<A: Future, B: Future> Unpin for Join<A, B> {}

/// Ready with both values when both are there. A poll after that panics.
impl<A: Future, B: Future> Future for Join<A, B> {
    type Output = (A::Output, B::Output);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        todo!("poll {:p} and {:p}: {cx:?}", self.0, self.1)
    }
}

/// Runs two futures until one is ready. It polls `a` first, at its next poll `b`, and so on by turns.
pub struct Race<A: Future, B: Future>(Pin<Box<A>>, Pin<Box<B>>);

#[derive(Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    Left(A),
    Right(B),
}

pub fn race<A: Future, B: Future>(a: A, b: B) -> Race<A, B> {
    Race(Box::pin(a), Box::pin(b))
}

/// Ready with one value; the other future is not polled again, and is dropped before. A poll after that panics.
impl<A: Future, B: Future> Future for Race<A, B> {
    type Output = Either<A::Output, B::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        todo!("poll {:p} or {:p} first: {cx:?}", self.0, self.1)
    }
}
