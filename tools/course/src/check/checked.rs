//! What came of checking one exercise.

use crate::catalog::Exercise;
use crate::shipped::Altered;
use crate::trial::{CompileError, Trial};

/// An exercise that was checked.
#[derive(Debug)]
pub struct Checked<'a> {
    pub exercise: &'a Exercise,
    pub outcome: Outcome,
    /// The files that decide on it and are not as they were shipped: with any, it is not solved.
    pub altered: Vec<Altered>,
    /// Other exercises of the chapter that do not compile; beside it they were as shipped.
    pub beside: Vec<&'a Exercise>,
}

/// How far it came.
#[derive(Debug)]
pub enum Outcome {
    /// The learner's file is not there.
    NoFile,
    /// The file of its tests is not there.
    NoTests,
    /// It does not compile, and the compiler has said why.
    DoesNotCompile(Vec<CompileError>),
    Ran(Trial),
}

impl Checked<'_> {
    /// Whether all its tests passed, and they were the tests that the project ships.
    pub fn solved(&self) -> bool {
        self.altered.is_empty() && self.passed()
    }

    /// Whether all tests passed that there are.
    pub fn passed(&self) -> bool {
        matches!(&self.outcome, Outcome::Ran(trial) if trial.solved())
    }

    /// The verdict in a word, for other programs.
    pub fn verdict(&self) -> &'static str {
        match &self.outcome {
            Outcome::NoFile => "no-file",
            Outcome::NoTests => "altered",
            Outcome::DoesNotCompile(_) => "does-not-compile",
            Outcome::Ran(trial) if !trial.solved() => "failed",
            Outcome::Ran(_) if !self.altered.is_empty() => "altered",
            Outcome::Ran(_) => "solved",
        }
    }
}
