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
    holder: AtomicUsize,
    sleeper: Mutex<Option<Waker>>,
}

impl Ball {
    fn replace(&self, sleeper: Option<Waker>) -> Option<Waker> {
        let mut place = self.sleeper.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut place, sleeper)
    }
}

/// A player as a future, for executors of one thread.
pub struct Player {
    ball: Arc<Ball>,
    me: usize,
    left: u32,
}

pub fn players(throws: u32) -> [Player; 2] {
    let ball = Arc::new(Ball::default());
    [0, 1].map(|me| Player { ball: Arc::clone(&ball), me, left: throws })
}

impl Future for Player {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let has_it = self.ball.holder.load(SeqCst) == self.me;
        if has_it {
            self.left -= 1;
            self.ball.holder.store(1 - self.me, SeqCst);
        }
        let is_done = self.left == 0;
        let other = self.ball.replace((!is_done).then(|| cx.waker().clone()));
        if has_it && let Some(other) = other {
            other.wake();
        }
        if is_done { Poll::Ready(true) } else { Poll::Pending }
    }
}

/// The players as threads.
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
