//! What the scheduler of exercise 12.4 tells of its tasks.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

/// A turn of a task: it has run from one pause to the next, or to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The time on the clock of the scheduler. It stands still during a turn.
    pub at: Duration,
    /// The name of the task.
    pub task: String,
    /// What has ended the turn.
    pub then: Then,
}

/// What ends a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// The task lets the others go first.
    Yields,
    /// It waits for a time.
    Sleeps,
    /// It waits for another task: for its end, its value, or room for a value.
    Waits,
    /// Its function has returned.
    Ends,
    /// Its function has panicked.
    Panics,
}

/// Tasks wait for each other, and nobody is left who could end that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadlock {
    /// The names of the tasks that wait, in the order in which they were spawned.
    pub waiting: Vec<String>,
}

impl Display for Turn {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let then = match self.then {
            Then::Yields => "yields",
            Then::Sleeps => "sleeps",
            Then::Waits => "waits",
            Then::Ends => "ends",
            Then::Panics => "panics",
        };
        write!(f, "{:?} {} {then}", self.at, self.task)
    }
}

impl Display for Deadlock {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "these tasks wait for ever: {}", self.waiting.join(", "))
    }
}

impl Error for Deadlock {}
