//! Two players hand a ball to and fro. Each sleeps while the other one has it.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::{self, Thread};

use anyhow::{Result, ensure};
use labkit::Cost;

#[derive(Default)]
struct Ball {
    holder: usize,
    /// The one that has thrown it, or has found that it does not have it.
    sleeper: Option<Waker>,
}

/// A player as a future.
pub struct Player {
    ball: Arc<Mutex<Ball>>,
    me: usize,
    left: u32,
}

/// Two players; each is ready when it has thrown the ball so many times.
pub fn players(throws: u32) -> [Player; 2] {
    let ball = Arc::new(Mutex::new(Ball::default()));
    [0, 1].map(|me| Player { ball: Arc::clone(&ball), me, left: throws })
}

impl Future for Player {
    type Output = bool;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let Player { ball, me, left } = self.get_mut();
        // The players may be on two threads, so looking and falling asleep are one step.
        let mut ball = ball.lock().unwrap_or_else(PoisonError::into_inner);
        let has_it = ball.holder == *me;
        if has_it {
            *left -= 1;
            ball.holder = 1 - *me;
        }
        let is_done = *left == 0;
        let other = std::mem::replace(&mut ball.sleeper, (!is_done).then(|| cx.waker().clone()));
        drop(ball);
        if has_it && let Some(other) = other {
            other.wake();
        }
        if is_done { Poll::Ready(true) } else { Poll::Pending }
    }
}

/// The players as threads, which park.
///
/// # Errors
///
/// Fails where one of them panics.
pub fn threads(throws: u32) -> Result<Cost> {
    let holder = AtomicUsize::new(0);
    let play = &|me: usize, other: &Thread| {
        for _ in 0..throws {
            while holder.load(SeqCst) != me {
                thread::park();
            }
            holder.store(1 - me, SeqCst);
            other.unpark();
        }
    };
    thread::scope(|scope| {
        let first = thread::current();
        // It is asleep when the clock starts, or will be at its first look.
        let second = scope.spawn(move || play(1, &first));
        let ((), cost) = Cost::of(|| {
            play(0, second.thread());
            Ok(())
        })?;
        ensure!(second.join().is_ok(), "the other thread has panicked");
        Ok(cost)
    })
}
