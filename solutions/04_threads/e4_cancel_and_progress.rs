//! Nothing stops a thread from outside, so the thread asks, between two steps and in each sleep. All
//! that can end a wait is in one state behind one lock: how many steps are done, whether to stop,
//! whether the thread has ended. Whoever changes it does so under the lock, and then tells all.
//!
//! The tempting mistake is to forget one of the three ends of a wait: a panic unwinds past every line
//! that would tell, but for a destructor. The next one is to keep the counter or the flag outside of
//! the lock: between a look and a sleep, the news gets lost.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A thread that does its work in steps. Dropping it is as [`Worker::cancel`], and no panic comes out.
pub struct Worker {
    steps: u64,
    shared: Arc<Shared>,
    /// `None` when it has been joined.
    thread: Option<JoinHandle<()>>,
}

/// What a worker has done: all of its steps, which were so many; or so many, of more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Finished(u64),
    Cancelled(u64),
}

/// Lets a step sleep until the worker is cancelled.
pub struct Sleeper {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    done: u64,
    is_cancelled: bool,
    has_ended: bool,
}

impl Worker {
    /// Starts a thread that calls `step` with 0, 1, 2 and so on, `steps` times, one after the other.
    ///
    /// Panics where the system refuses a thread.
    pub fn start(steps: u64, mut step: impl FnMut(u64, &Sleeper) + Send + 'static) -> Worker {
        let shared = Arc::new(Shared::default());
        let sleeper = Sleeper { shared: shared.clone() };
        let thread = thread::spawn(move || {
            // It tells of the end however that comes.
            let _end = TellsOfTheEnd(&sleeper.shared);
            for number in 0..steps {
                if sleeper.shared.lock().is_cancelled {
                    break;
                }
                step(number, &sleeper);
                sleeper.shared.change(|state| state.done += 1);
            }
        });
        Worker { steps, shared, thread: Some(thread) }
    }

    /// How many steps have returned. It does not wait for the step that runs.
    pub fn progress(&self) -> u64 {
        self.shared.lock().done
    }

    /// Sleeps until `n` steps have returned: `true`. Several threads may wait. `false`: the timeout is
    /// over, or the worker has ended with fewer. Zero is one look, [`Duration::MAX`] as long as it takes.
    pub fn wait_for(&self, n: u64, timeout: Duration) -> bool {
        let must_wait = |state: &State| state.done < n && !state.has_ended;
        self.shared.wait_while(timeout, must_wait).done >= n
    }

    /// Has the worker stop, and comes back when its thread has ended: no step begins any more, a
    /// sleep ends at once, and a step that runs runs to its end. Fails with the payload of the panic
    /// where a step has panicked.
    pub fn cancel(mut self) -> thread::Result<End> {
        self.stop()?;
        Ok(match self.progress() {
            done if done == self.steps => End::Finished(done),
            done => End::Cancelled(done),
        })
    }

    /// Does nothing when the thread has been joined already.
    fn stop(&mut self) -> thread::Result<()> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        self.shared.change(|state| state.is_cancelled = true);
        thread.join()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

impl Sleeper {
    /// Sleeps for so long, and returns `true`. `false`, at once: the worker is or was cancelled.
    pub fn sleep(&self, duration: Duration) -> bool {
        !self.shared.wait_while(duration, |state| !state.is_cancelled).is_cancelled
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no step runs under the lock, and nothing else panics")
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    fn wait_while(
        &self,
        timeout: Duration,
        must_wait: impl Fn(&State) -> bool,
    ) -> MutexGuard<'_, State> {
        let waited =
            self.changed.wait_timeout_while(self.lock(), timeout, |state| must_wait(state));
        waited.expect("no step runs under the lock, and nothing else panics").0
    }
}

/// When it is dropped, also by a panic, the thread is about to end.
struct TellsOfTheEnd<'a>(&'a Shared);

impl Drop for TellsOfTheEnd<'_> {
    fn drop(&mut self) {
        self.0.change(|state| state.has_ended = true);
    }
}
