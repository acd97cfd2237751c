//! Tells a learner who waits that the tests are still running: without a word, a test that hangs
//! looks like a course that does.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::catalog::Exercise;
use crate::verify::source::longest_limit_ms;
use crate::words;

/// After which time the first word comes, and then again and again.
const FIRST_S: u64 = 2;
const EVERY_S: u64 = 5;

/// The time since the tests began.
pub(super) struct Clock {
    began: Instant,
    /// When the next word is due, in seconds after the beginning.
    next_s: u64,
    /// How long one test may take, in seconds.
    limit_s: u64,
    /// Words on what goes on are for people, and stand where Cargo's do.
    heard: bool,
}

impl Clock {
    /// Begins to count for the tests of these exercises, and tells of it if it is to `show` that.
    pub(super) fn new<'a>(exercises: impl Iterator<Item = &'a Exercise>, show: bool) -> Clock {
        let limits = exercises.map(|exercise| {
            longest_limit_ms(&fs::read_to_string(exercise.tests()).unwrap_or_default())
        });
        let limit_s = limits.max().unwrap_or_default().div_ceil(1_000);
        Clock {
            began: Instant::now(),
            next_s: FIRST_S,
            limit_s,
            heard: show && io::stderr().is_terminal(),
        }
    }

    /// How long it is until there is something to tell.
    pub(super) fn left(&self) -> Duration {
        Duration::from_secs(self.next_s).saturating_sub(self.began.elapsed())
    }

    pub(super) fn tell(&mut self) {
        if self.heard {
            let text = words::still_running(self.next_s, self.limit_s);
            // Where nobody listens any more, a signal is about to say so.
            let _ = io::stderr().write_all(text.as_bytes());
        }
        // One that was suspended for an hour has nothing to make up for.
        let due = self.began.elapsed().as_secs();
        self.next_s = (due / EVERY_S + 1) * EVERY_S;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_comes_early_and_then_at_even_times() {
        let began = Instant::now();
        let mut clock = Clock { began, next_s: FIRST_S, limit_s: 5, heard: false };
        assert!(clock.left() <= Duration::from_secs(FIRST_S));
        clock.tell();
        assert_eq!(clock.next_s % EVERY_S, 0);
        clock.next_s = 0;
        assert_eq!(clock.left(), Duration::ZERO);
    }
}
