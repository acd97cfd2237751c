//! What the learner has done so far.

mod store;

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

pub use store::Store;

use crate::catalog::Exercise;

/// The progress of a learner, by `chapter/exercise`.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    version: u32,
    exercises: BTreeMap<String, Entry>,
}

/// What was done on one exercise.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// When it was first solved, in seconds since 1970, UTC.
    pub solved_unix_s: Option<u64>,
    /// Whether the stub was put back since: it is open again, and the first pass stays on record.
    pub open_again: bool,
    /// How often it was checked.
    pub attempts: u32,
    /// How many hints were shown.
    pub hints: usize,
}

impl Progress {
    /// What was done on an exercise; nothing, if it is not known.
    pub fn of(&self, exercise: &Exercise) -> Entry {
        self.exercises.get(&key(exercise)).cloned().unwrap_or_default()
    }

    /// Whether an exercise is solved, and was not reset since.
    pub fn is_solved(&self, exercise: &Exercise) -> bool {
        let entry = self.of(exercise);
        entry.solved_unix_s.is_some() && !entry.open_again
    }

    /// Whether an exercise was ever solved.
    pub fn was_solved(&self, exercise: &Exercise) -> bool {
        self.of(exercise).solved_unix_s.is_some()
    }
}

impl Entry {
    /// Counts an attempt.
    pub fn attempted(&mut self, solved: bool) {
        // A file of somebody else's making must not end us by an overflow.
        self.attempts = self.attempts.saturating_add(1);
        if solved {
            self.solved_unix_s.get_or_insert_with(now);
            self.open_again = false;
        }
    }

    /// Takes back that it is solved, but not that it was.
    pub fn reset(&mut self) {
        self.open_again = self.solved_unix_s.is_some();
    }
}

fn key(exercise: &Exercise) -> String {
    format!("{}/{}", exercise.chapter, exercise.target)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
