//! A worker that tells how far it is, can be waited for, and stops when it is asked: nobody spins.
//!
//! Four steps of tests: `step1` steps and `cancel`, `step2` sleeps, `step3` waits, `step4` panics and
//! `drop`. `cargo test -p threads --test e4_cancel_and_progress step1` runs those of the first.

use std::thread;
use std::time::Duration;

/// A thread that does its work in steps. Dropping it is as [`Worker::cancel`], and no panic comes out.
pub struct Worker {/* TODO: what does it need to know? */}

/// What a worker has done: all of its steps, which were so many; or so many, of more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Finished(u64),
    Cancelled(u64),
}

/// Lets a step sleep until the worker is cancelled.
pub struct Sleeper {/* TODO: what does it need to know? */}

impl Worker {
    /// Starts a thread that calls `step` with 0, 1, 2 and so on, `steps` times, one after the other.
    ///
    /// Panics where the system refuses a thread.
    pub fn start(steps: u64, step: impl FnMut(u64, &Sleeper) + Send + 'static) -> Worker {
        todo!("start {steps} steps of {}", std::any::type_name_of_val(&step))
    }

    /// How many steps have returned. It does not wait for the step that runs.
    pub fn progress(&self) -> u64 {
        todo!("count")
    }

    /// Sleeps until `n` steps have returned: `true`. Several threads may wait. `false`: the timeout is
    /// over, or the worker has ended with fewer. Zero is one look, [`Duration::MAX`] as long as it takes.
    pub fn wait_for(&self, n: u64, timeout: Duration) -> bool {
        todo!("wait for {n} steps, for {timeout:?} at most")
    }

    /// Has the worker stop, and comes back when its thread has ended: no step begins any more, a
    /// sleep ends at once, and a step that runs runs to its end. Fails with the payload of the panic
    /// where a step has panicked.
    pub fn cancel(self) -> thread::Result<End> {
        todo!("ask it to stop, and wait for its end")
    }
}

impl Sleeper {
    /// Sleeps for so long, and returns `true`. `false`, at once: the worker is or was cancelled.
    pub fn sleep(&self, duration: Duration) -> bool {
        todo!("sleep for {duration:?} at most")
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // TODO: what if nobody has cancelled it?
    }
}
