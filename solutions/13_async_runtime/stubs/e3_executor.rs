//! Run many tasks on one thread, and let any thread wake them.

use std::task::{Context, Poll};
use std::{any::Any, pin::Pin};

// What reaches other threads comes from `crate::sync`; in the tests it is the model's. An `Arc` is that of std.

/// Polls tasks on the thread that has it, in the order in which they became ready. A new task is ready, and
/// so is one that was woken since its last poll began: by any thread, and however often.
// TODO: which fields does a waker on another thread need, and which must it never touch?
#[derive(Default)]
pub struct Executor {}

/// Adds tasks to an executor; it does not keep the executor alive.
#[derive(Clone)]
pub struct Spawner {}
/// Waits for the end of a task. Who drops it leaves the task alone.
pub struct JoinHandle<T>(Option<T>);
/// Why a task has no value: it panicked with this payload, or its future was dropped before its end.
#[derive(Debug)]
pub enum JoinError {
    Panicked(Box<dyn Any + Send>),
    Cancelled,
}
impl Executor {
    pub fn spawner(&self) -> Spawner {
        todo!("a handle that tasks can keep")
    }
    /// Polls each task that is ready now, and none that becomes ready meanwhile. Returns the number of polls.
    pub fn turn(&self) -> usize {
        todo!("a turn")
    }
    /// Runs `main`, and the tasks beside it, until `main` is ready; drops them then. Sleeps while nobody is ready.
    /// `main` takes turns like a task. If it panics, so does `run`.
    pub fn run<F: Future>(&self, main: F) -> F::Output {
        todo!("run a future of {} bytes to its end", size_of_val(&main))
    }
    /// How many tasks have neither ended nor been aborted.
    pub fn live_tasks(&self) -> usize {
        todo!("count the tasks")
    }
}
impl Spawner {
    /// A task that polls `future`. Where the executor has gone, it drops `future`, and the task is cancelled.
    pub fn spawn<F: Future + 'static>(&self, future: F) -> JoinHandle<F::Output> {
        todo!("a task for a future of {} bytes", size_of_val(&future))
    }
}
impl<T> JoinHandle<T> {
    /// Drops the future of the task at once, or at the end of the poll that it is in, unless the task has ended.
    pub fn abort(&self) {
        todo!("cancel the task: {}", self.0.is_some())
    }
}
impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        todo!("{}: {cx:?}", self.0.is_some())
    }
}
