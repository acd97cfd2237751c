//! Threads of a model.

use std::panic::Location;

use crate::history;
use crate::step::Act;

/// A thread of the model. At most four run beside the thread of the closure.
pub struct JoinHandle<T> {
    inner: loom::thread::JoinHandle<T>,
    number: usize,
}

/// Starts a thread.
#[track_caller]
pub fn spawn<T: 'static>(job: impl FnOnce() -> T + 'static) -> JoinHandle<T> {
    let place = Location::caller();
    let inner = loom::thread::spawn(move || {
        let result = job();
        history::note(place, Act::End);
        result
    });
    let number = history::add_thread(inner.thread().id());
    history::note(place, Act::Spawn(number));
    JoinHandle { inner, number }
}

impl<T> JoinHandle<T> {
    /// Waits until the thread has ended, and returns its result.
    #[track_caller]
    pub fn join(self) -> T {
        let place = Location::caller();
        history::note(place, Act::Join(self.number));
        let result = self.inner.join().expect("a panic ends the model");
        history::note(place, Act::Joined(self.number));
        result
    }
}

/// Lets the other threads run first.
#[track_caller]
pub fn yield_now() {
    history::note(Location::caller(), Act::Yield);
    loom::thread::yield_now();
}
