//! Why a model rejects a program, in words for who wrote it.

use std::fmt::{self, Display, Formatter};

use crate::deadlock;
use crate::history::History;
use crate::race::Race;
use crate::words;

/// Why a program was rejected; its text is for the learner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    reason: Reason,
    /// The reason in words.
    text: String,
    /// The steps of one interleaving that shows it.
    steps: String,
    interleavings: usize,
}

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Two threads use the same data, and nothing orders the uses.
    Race,
    /// Memory is freed while another thread may still use it.
    FreedTooEarly,
    /// Every thread waits for another.
    Deadlock,
    /// A thread goes round for ever.
    Endless,
    /// Something is never freed.
    Leak,
    /// Something is freed more often than once.
    DroppedTwice,
    /// An assertion fails, or another panic.
    Panic,
}

impl Rejection {
    /// Puts into words what loom, or the program, said in its panic.
    pub(crate) fn new(message: String, place: Option<String>, history: History) -> Rejection {
        // What led to code that is not written yet tells nothing.
        let is_stub = message.starts_with("not yet implemented");
        let steps = &history.steps;
        let is_violation = message.trim_start().starts_with("Causality violation");
        let is_race = message.contains("UnsafeCell") || message.contains("read and write accesses");
        let (reason, text) = if is_violation && is_race {
            (Reason::Race, Race::find(&message, steps).map_or(message, |race| race.to_string()))
        } else if is_violation {
            (Reason::FreedTooEarly, FREED.to_owned())
        } else if message.starts_with("deadlock") {
            (Reason::Deadlock, deadlock::text(steps))
        } else if is_endless(&message, place.as_deref()) {
            (Reason::Endless, ENDLESS.to_owned() + &deadlock::sleepers(steps))
        } else if message.starts_with("Arc is ") {
            (Reason::DroppedTwice, TWICE.to_owned())
        } else if message.starts_with("Arc leaked") || message.starts_with("atomics leaked") {
            (Reason::Leak, LEAK.to_owned())
        } else {
            let place = place.map_or_else(String::new, |place| format!(" at {place}"));
            (Reason::Panic, format!("panicked{place}:\n{message}"))
        };
        let told = if is_stub { String::new() } else { words::table(steps) };
        let interleavings = history.interleavings;
        Rejection { reason, text, steps: told, interleavings }
    }

    pub fn reason(&self) -> Reason {
        self.reason
    }
}

/// Whether loom gives up: a thread takes more steps than it has room for, or can count.
fn is_endless(message: &str, place: Option<&str>) -> bool {
    message.starts_with("Model exceeded maximum number of branches")
        || message == "attempt to add with overflow"
            && place.is_some_and(|place| place.starts_with("rt/path.rs"))
}

const FREED: &str = "\
memory is freed too early: an atomic goes away in this thread, and nothing orders the last access of \
another thread before that.";

const ENDLESS: &str = "\
no end: a thread goes round and round. Either what it waits for never comes, or its loop waits \
without a call of `sync::yield_now` (or `sync::spin_loop`), so that nobody else gets to run.";

const TWICE: &str = "\
dropped twice: an Arc loses an owner that it has already lost, so the same value was moved or \
dropped more often than once.";

const LEAK: &str = "\
a leak: all threads have ended, and something was never freed: an Arc still has an owner, or an \
atomic is still there.";

impl Display for Rejection {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.text.trim_end())?;
        if !self.steps.is_empty() {
            let number = self.interleavings;
            write!(f, "\n\nOne interleaving that shows it (the model's number {number}):\n")?;
            write!(f, "{}", self.steps.trim_end())?;
        }
        Ok(())
    }
}
