//! Let tasks wait for time, for other threads and for descriptors: a reactor below an executor.
//!
//! In four steps: `step1` time, `step2` other threads, `step3` descriptors, `step4` all together.
//! `cargo test -p async_runtime --test e4_reactor step1` runs the first. Each `Drop` is yours, too.

use std::task::{Context, Poll};
use std::{any::type_name_of_val as name, io, os::fd::AsFd, pin::Pin, time::Duration};

pub use crate::given::{Elapsed, JoinHandle, spawn};

/// Runs `main` and the tasks that it spawns on this thread, until `main` ends; drops the others then.
///
/// The thread sleeps while no task can go on, and is awake at once when a task is woken, by whichever
/// thread. A task that is always ready holds up neither sleeps nor descriptors, and signals hold up
/// nothing. It makes no thread, and leaves no descriptor when its sleeps, `Async`s and wakers are dropped.
pub fn run<F: Future>(main: F) -> F::Output {
    // TODO: `crate::given::run` runs the tasks. What does your reactor do when none can run?
    todo!("{}", name(&main))
}

/// A descriptor that tasks can wait for: one task to read and one to write, at the same time.
/// Dropped, also after `run`, it is not registered, also where its file stays open by another descriptor.
pub struct Async<T: AsFd> {
    io: T,
}

impl<T: AsFd> Async<T> {
    /// Sets O_NONBLOCK and registers the descriptor, within [`run`]. Fails as epoll(7) does: with
    /// EPERM for a regular file.
    pub fn new(io: T) -> io::Result<Self> {
        todo!("{:?}", io.as_fd())
    }
    /// Calls `op`. While it fails with `WouldBlock`, waits until a read would not block: there is
    /// something, or the end, or an error; and calls it again.
    pub async fn read_with<R>(&self, op: impl FnMut(&T) -> io::Result<R>) -> io::Result<R> {
        todo!("{} {}", name(&self.io), name(&op))
    }
    /// The same for writes.
    pub async fn write_with<R>(&self, op: impl FnMut(&T) -> io::Result<R>) -> io::Result<R> {
        todo!("{} {}", name(&self.io), name(&op))
    }
}

/// Ends when its time is over. Dropped, it leaves no timer, and no waker.
pub struct Sleep(Duration);
/// Sleeps for so long from this call on. Tasks are woken in the order of the deadlines, and
/// [`Duration::MAX`] never ends. A sleep belongs to the [`run`] that polls it first.
pub fn sleep(length: Duration) -> Sleep {
    Sleep(length)
}
impl Future for Sleep {
    type Output = ();
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        todo!("{:?} {:?}", self.0, cx.waker())
    }
}
/// Runs `future` for at most so long. It is polled first each time: what is ready then is in time.
pub async fn timeout<F: Future>(length: Duration, future: F) -> Result<F::Output, Elapsed> {
    todo!("{length:?} {}", name(&future))
}
