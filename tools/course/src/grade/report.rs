//! What came of grading, for other programs (`--json`, `--junit`).

use serde::Serialize;

use crate::check::{Entry, Suite, document};

/// What came of all submissions.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// How many submissions have solved all.
    pub solved: usize,
    /// In the order in which they were named.
    pub submissions: Vec<Row>,
}

/// What came of one submission.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Its folder, as it was named.
    pub submission: String,
    /// How many exercises are solved, and of how many.
    pub solved: usize,
    pub all: usize,
    /// Why it is no submission, if it is none; then there are no exercises.
    pub problem: Option<String>,
    /// In reading order.
    pub exercises: Vec<Graded>,
}

/// What came of one exercise.
#[derive(Debug, Serialize)]
pub struct Graded {
    /// As `check` tells it; the verdict may also be `not-started`, where the file is as it was
    /// shipped, or `refused`.
    #[serde(flatten)]
    pub entry: Entry,
    /// Why the file was refused, or the compiler ended.
    pub reason: Option<String>,
}

impl Graded {
    pub(super) fn new(entry: Entry, reason: Option<String>) -> Graded {
        Graded { entry, reason }
    }

    pub fn solved(&self) -> bool {
        self.entry.verdict == "solved"
    }
}

impl Row {
    pub(super) fn of(submission: String, exercises: Vec<Graded>) -> Row {
        let solved = exercises.iter().filter(|graded| graded.solved()).count();
        Row { submission, solved, all: exercises.len(), problem: None, exercises }
    }

    pub(super) fn without(submission: String, all: usize, problem: String) -> Row {
        Row { submission, solved: 0, all, problem: Some(problem), exercises: Vec::new() }
    }

    pub fn all_solved(&self) -> bool {
        self.problem.is_none() && self.solved == self.all
    }
}

impl Report {
    pub fn add(&mut self, row: Row) {
        self.solved += usize::from(row.all_solved());
        self.submissions.push(row);
    }

    pub fn all_solved(&self) -> bool {
        self.solved == self.submissions.len()
    }

    /// The report as the text of a JUnit file: a suite for each exercise of each submission.
    pub fn to_junit(&self) -> String {
        let mut suites = Vec::new();
        for row in &self.submissions {
            let name = &row.submission;
            if let Some(problem) = &row.problem {
                suites.push((name.clone(), Suite::only("submission", problem)));
            }
            for Graded { entry, reason } in &row.exercises {
                let suite = Suite::of(entry);
                let suite = match entry.verdict {
                    "not-started" => {
                        suite.and(entry.verdict, Some("the file is as it was shipped"))
                    }
                    "refused" => suite.and(entry.verdict, reason.as_deref()),
                    _ => suite.and("compiler", reason.as_deref()),
                };
                suites.push((format!("{name}/{}/{}", entry.chapter, entry.name), suite));
            }
        }
        document(suites.into_iter())
    }
}
