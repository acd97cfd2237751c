//! A future that returns `Pending` has seen to it that somebody will wake its task. A leaf does so itself;
//! a future made of others need not, if each of them has been polled with the waker of this poll. The
//! tempting mistake is to return as soon as the first child is pending: the second was never polled, so it
//! has not begun, and it will wake nobody.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Lets the others run: ready at its second poll; at the first it wakes its task, once.
#[derive(Debug, Default)]
pub struct YieldNow {
    yielded: bool,
}

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if mem::replace(&mut self.yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// What has become of a child.
enum MaybeDone<F: Future> {
    Pending(Pin<Box<F>>),
    Ready(F::Output),
    Taken,
}

impl<F: Future> MaybeDone<F> {
    /// Polls the child, if it is pending. Returns whether its value is there.
    fn poll(&mut self, cx: &mut Context<'_>) -> bool {
        match self {
            MaybeDone::Pending(future) => match future.as_mut().poll(cx) {
                Poll::Ready(value) => *self = MaybeDone::Ready(value),
                Poll::Pending => return false,
            },
            MaybeDone::Ready(_) => {}
            MaybeDone::Taken => panic!("a join was polled after it was ready"),
        }
        true
    }

    fn take(&mut self) -> F::Output {
        match mem::replace(self, MaybeDone::Taken) {
            MaybeDone::Ready(value) => value,
            _ => unreachable!("only a value that is there is taken"),
        }
    }
}

/// Runs two futures to the end of both: a poll polls each once, but none that was ready. It wakes nobody itself.
pub struct Join<A: Future, B: Future>(MaybeDone<A>, MaybeDone<B>);

pub fn join<A: Future, B: Future>(a: A, b: B) -> Join<A, B> {
    Join(MaybeDone::Pending(Box::pin(a)), MaybeDone::Pending(Box::pin(b)))
}

// Only what is in the boxes is pinned, so `self.get_mut()` works.
impl<A: Future, B: Future> Unpin for Join<A, B> {}

/// Ready with both values when both are there. A poll after that panics.
impl<A: Future, B: Future> Future for Join<A, B> {
    type Output = (A::Output, B::Output);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Join(a, b) = self.get_mut();
        let ready = [a.poll(cx), b.poll(cx)];
        if ready != [true, true] {
            return Poll::Pending;
        }
        Poll::Ready((a.take(), b.take()))
    }
}

type Pair<A, B> = (Pin<Box<A>>, Pin<Box<B>>);

/// Runs two futures until one is ready. It polls `a` first, at its next poll `b`, and so on by turns.
pub struct Race<A: Future, B: Future> {
    /// Nothing when one of them has been ready.
    pair: Option<Pair<A, B>>,
    /// Whether the next poll begins with `b`.
    b_first: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    Left(A),
    Right(B),
}

pub fn race<A: Future, B: Future>(a: A, b: B) -> Race<A, B> {
    Race { pair: Some((Box::pin(a), Box::pin(b))), b_first: false }
}

/// Ready with one value; the other future is not polled again, and is dropped before. A poll after that panics.
impl<A: Future, B: Future> Future for Race<A, B> {
    type Output = Either<A::Output, B::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Race { pair, b_first } = self.get_mut();
        *b_first = !*b_first;
        let (a, b) = pair.as_mut().expect("a race is not polled after it was ready");
        let mut winner = Poll::Pending;
        for b_now in [!*b_first, *b_first] {
            winner = if b_now {
                b.as_mut().poll(cx).map(Either::Right)
            } else {
                a.as_mut().poll(cx).map(Either::Left)
            };
            if winner.is_ready() {
                *pair = None;
                break;
            }
        }
        winner
    }
}
