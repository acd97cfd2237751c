//! What the learner has done so far.

mod store;

use std::collections::BTreeMap;
use std::iter;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

pub use store::Store;

use crate::catalog::Exercise;

/// The progress of a learner, by the names of chapter and exercise, such as `lifecycle/run_child`.
///
/// Without their numbers, so that a new exercise in between changes nothing. What is known of
/// exercises that are no longer there is kept.
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
        names(exercise).find_map(|name| self.exercises.get(&name)).cloned().unwrap_or_default()
    }

    /// The entry of an exercise, under its name of today.
    fn entry(&mut self, exercise: &Exercise) -> &mut Entry {
        let known = names(exercise).find_map(|name| self.exercises.remove(&name));
        self.exercises.entry(name(exercise)).or_insert_with(|| known.unwrap_or_default())
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

fn name(exercise: &Exercise) -> String {
    format!("{}/{}", exercise.package, exercise.name())
}

/// The name of an exercise, and those that it once had.
fn names(exercise: &Exercise) -> impl Iterator<Item = String> {
    let once = exercise.facts.formerly.iter().map(|name| {
        if name.contains('/') { name.clone() } else { format!("{}/{name}", exercise.package) }
    });
    // The first version of the course wrote the numbers, too.
    let numbered = format!("{}/{}", exercise.chapter, exercise.target);
    iter::once(name(exercise)).chain(once).chain(iter::once(numbered))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::project;

    #[test]
    fn an_exercise_keeps_its_record_under_another_number_and_another_name() {
        let (_folder, catalog) = project();
        let mut one = catalog.exercises[0].clone();
        let mut progress = Progress::default();
        progress.entry(&one).attempted(true);

        one.target = "e7_one".to_owned();
        assert!(progress.is_solved(&one));

        one.target = "e7_uno".to_owned();
        assert!(!progress.is_solved(&one));
        one.facts.formerly = vec!["one".to_owned()];
        assert!(progress.is_solved(&one));
        progress.entry(&one).attempted(false);
        assert_eq!(progress.of(&one).attempts, 2);
        assert_eq!(progress.exercises.into_keys().collect::<Vec<_>>(), ["sums/uno"]);
    }
}
