//! Runs the tests of an exercise on its stub, its reference and its known mistakes.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use anyhow::{Context, Result};

use super::judge::{self, Judgment};
use super::mirror;
use super::mistake::{DOES_NOT_COMPILE, Mistake};
use super::overlay::Overlay;
use super::source::test_names;
use crate::catalog::{Catalog, Exercise};
use crate::trial::{self, Build, Request, Trial};

/// Checks the exercises of one catalog.
#[derive(Debug)]
pub struct Checks<'a> {
    pub catalog: &'a Catalog,
    /// How often each check is repeated.
    pub times: u32,
    /// Set by someone else to end the checks early. A run that this cuts short counts for nothing.
    pub stop: &'a AtomicBool,
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How many runs in a row went as they must.
    pub reached: u32,
    /// The first run that did not: the file, the reason, and the mend.
    pub problem: Option<String>,
}

impl Checks<'_> {
    /// The stub as shipped compiles without a warning, and each test of the exercise fails on it
    /// within its time limit.
    ///
    /// # Errors
    ///
    /// Fails where the overlay cannot be made or Cargo cannot be started.
    pub fn stub(&self, exercise: &Exercise) -> Result<Report> {
        let overlay = Overlay::shipped(self.catalog, &exercise.chapter)?;
        match build(&overlay, exercise, false)? {
            Build::Errors(errors) => Ok(self.failed(&exercise.stub(), &judge::compiled(&errors))),
            Build::Binary(binary) => self.repeat(&exercise.stub(), || {
                Ok(judge::stub(&trial::run(&binary, &package(&overlay, exercise), None)?))
            }),
        }
    }

    /// The reference compiles without a warning, and each test of the exercise passes on it.
    ///
    /// # Errors
    ///
    /// As [`Checks::stub`].
    pub fn reference(&self, exercise: &Exercise) -> Result<Report> {
        let overlay = Overlay::shipped(self.catalog, &exercise.chapter)?;
        let file = exercise.solution();
        match build(&overlay, exercise, true)? {
            Build::Errors(errors) => Ok(self.failed(&file, &judge::compiled(&errors))),
            Build::Binary(binary) => self.repeat(&file, || {
                Ok(judge::reference(&trial::run(&binary, &package(&overlay, exercise), None)?))
            }),
        }
    }

    /// The mistake fits the reference and fails as its header says.
    ///
    /// # Errors
    ///
    /// As [`Checks::stub`], and where the reference cannot be read.
    pub fn mistake(&self, exercise: &Exercise, mistake: &Mistake) -> Result<Report> {
        let file = &mistake.file;
        let wrong = match mistake.apply(&read(&exercise.solution())?) {
            Ok(wrong) => wrong,
            Err(error) => return Ok(self.failed(file, &format!("{error:#}"))),
        };
        let overlay = Overlay::changed(self.catalog, exercise, &wrong)?;
        match build(&overlay, exercise, false)? {
            Build::Errors(errors) => {
                let files = [exercise.file(), exercise.tests()].map(|file| self.relative(&file));
                let files = [files[0].as_str(), files[1].as_str()];
                // The compiler decides alike each time.
                let judgment = judge::mistake_compiled(&errors, mistake, files);
                self.repeat(file, || Ok(judgment.clone()))
            }
            Build::Binary(_) if mistake.kind == DOES_NOT_COMPILE => {
                Ok(self.failed(file, "this mistake compiles; mend it, or say how it fails"))
            }
            Build::Binary(binary) => self.repeat(file, || {
                let test = mistake.test.as_deref();
                let trial = trial::run(&binary, &package(&overlay, exercise), test)?;
                Ok(judge::mistake(&trial, mistake))
            }),
        }
    }

    /// What the first test of the exercise says to the stub as shipped, as the learner sees it;
    /// `None` where it says nothing. Files are named from the root of the project.
    ///
    /// # Errors
    ///
    /// As [`Checks::stub`].
    pub fn first_failure(&self, exercise: &Exercise) -> Result<Option<String>> {
        let overlay = Overlay::shipped(self.catalog, &exercise.chapter)?;
        let Build::Binary(binary) = build(&overlay, exercise, false)? else { return Ok(None) };
        let tests = read(&exercise.tests())?;
        let Some(first) = test_names(&tests).first().copied() else { return Ok(None) };
        let trial = trial::run(&binary, &package(&overlay, exercise), Some(first))?;
        Ok(failure(&trial))
    }

    fn repeat(&self, file: &Path, mut once: impl FnMut() -> Result<Judgment>) -> Result<Report> {
        let mut reached = 0;
        while reached < self.times && !self.stopped() {
            let outcome = once();
            if self.stopped() {
                break;
            }
            if let Err(problem) = outcome? {
                return Ok(Report { reached, ..self.failed(file, &problem) });
            }
            reached += 1;
        }
        Ok(Report { reached, problem: None })
    }

    fn failed(&self, file: &Path, problem: &str) -> Report {
        Report { reached: 0, problem: Some(format!("{}: {problem}", self.relative(file))) }
    }

    /// The name of `file` from the root of the project.
    fn relative(&self, file: &Path) -> String {
        file.strip_prefix(&self.catalog.root).unwrap_or(file).display().to_string()
    }

    fn stopped(&self) -> bool {
        // Relaxed: no data travels with the flag.
        self.stop.load(Relaxed)
    }
}

fn build(overlay: &Overlay, exercise: &Exercise, solution: bool) -> Result<Build> {
    let (folder, target) = (overlay.folder(), overlay.target());
    trial::build(&Request { exercise, folder, target, solution, show: false })
}

fn package(overlay: &Overlay, exercise: &Exercise) -> PathBuf {
    overlay.folder().join("exercises").join(&exercise.chapter)
}

/// The lines that the grader prints of one failed test: `failed: ..`, those that continue it, and
/// the hint.
fn failure(trial: &Trial) -> Option<String> {
    let start = trial.output.lines().skip_while(|line| !line.starts_with("failed: "));
    let lines: Vec<&str> = start.take_while(|line| !line.is_empty()).map(str::trim_end).collect();
    (!lines.is_empty()).then(|| lines.join("\n") + "\n")
}

fn read(file: &Path) -> Result<String> {
    let bytes = mirror::read(file)?;
    String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", file.display()))
}
