//! What is known of exercises, as other programs get it (`--json`).

use serde::Serialize;

use crate::catalog::{Catalog, Exercise, Track};
use crate::progress::Progress;

/// An exercise and what the learner has done on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Such as `2.1`.
    pub id: String,
    /// Such as `run_child`.
    pub name: String,
    /// Such as `Run child`.
    pub title: String,
    /// Such as `02_lifecycle`.
    pub chapter: String,
    /// What to edit and what to read, from the folder of the project.
    pub file: String,
    pub page: String,
    /// From 1 to 5.
    pub difficulty: u8,
    /// An estimate for a first reader.
    pub minutes: u32,
    pub track: Track,
    pub solved: bool,
    /// When it was first solved, in seconds since 1970, UTC.
    pub solved_unix_s: Option<u64>,
    /// How often it was checked.
    pub attempts: u32,
    /// How many hints were shown.
    pub hints: usize,
}

impl Record {
    pub fn of(catalog: &Catalog, exercise: &Exercise, progress: &Progress) -> Record {
        let entry = progress.of(exercise);
        Record {
            id: exercise.id(),
            name: exercise.name().to_owned(),
            title: exercise.title(),
            chapter: exercise.chapter.clone(),
            file: catalog.short(&exercise.file()),
            page: catalog.short(&exercise.page()),
            difficulty: exercise.facts.difficulty,
            minutes: exercise.facts.minutes,
            track: exercise.facts.track,
            solved: progress.is_solved(exercise),
            solved_unix_s: entry.solved_unix_s,
            attempts: entry.attempts,
            hints: entry.hints,
        }
    }
}

/// How far a learner is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub exercises: Vec<Record>,
    pub solved: usize,
    pub all: usize,
    pub attempts: u64,
    pub hints: u64,
    /// The estimates of what is not solved.
    pub minutes_left: u64,
    /// Of these, what belongs to the core course.
    pub core_minutes_left: u64,
}

impl Report {
    pub fn of(exercises: Vec<Record>) -> Report {
        let open = || exercises.iter().filter(|record| !record.solved);
        let minutes = |record: &Record| u64::from(record.minutes);
        Report {
            solved: exercises.len() - open().count(),
            all: exercises.len(),
            attempts: exercises.iter().map(|record| u64::from(record.attempts)).sum(),
            hints: exercises.iter().map(|record| record.hints as u64).fold(0, u64::saturating_add),
            minutes_left: open().map(minutes).sum(),
            core_minutes_left: open().filter(|r| r.track == Track::Core).map(minutes).sum(),
            exercises,
        }
    }
}
