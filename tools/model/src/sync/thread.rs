//! Threads that park, and that others unpark.

use std::fmt::{self, Debug, Formatter};
use std::panic::Location;

use super::{futex, queue};
use crate::history;
use crate::step::Act;

pub use super::yield_now;

/// As [`std::thread::Thread`]: what unparks a thread.
#[derive(Clone)]
pub struct Thread {
    number: usize,
}

/// The thread that asks.
pub fn current() -> Thread {
    Thread { number: history::current_thread() }
}

/// As [`std::thread::park`]. Where futexes are [`crate::Futex::Spurious`], it returns at once, and leaves
/// the token where it is.
#[track_caller]
pub fn park() {
    let place = Location::caller();
    let number = history::current_thread();
    history::count(|calls| calls.parks += 1);
    history::note(place, Act::Park);
    let how = if futex::is_restless() {
        yield_now();
        "returns for no reason"
    } else {
        let mut sleepers = queue::lock();
        if sleepers.take_token(number) {
            "it was unparked before: returns at once"
        } else {
            // No address is as low as the number of a thread.
            queue::sleep(sleepers, number, None, || {});
            "is unparked"
        }
    };
    history::note(place, Act::Parked(how));
}

impl Thread {
    /// As [`std::thread::Thread::unpark`].
    #[track_caller]
    pub fn unpark(&self) {
        history::count(|calls| calls.unparks += 1);
        if !futex::is_restless() {
            let mut sleepers = queue::lock();
            if queue::wake_in(&mut sleepers, self.number, 1) == 0 {
                sleepers.leave_token(self.number);
            }
        }
        history::note(Location::caller(), Act::Unpark(self.number));
    }
}

impl Debug for Thread {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Thread({})", self.number)
    }
}
