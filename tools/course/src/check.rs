//! Checks the learner's file: builds and runs its tests, says what came of it, and records it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::catalog::{Catalog, Exercise};
use crate::progress::Store;
use crate::stop::Stop;
use crate::trial::{self, Build, CompileError, Request, Trial};
use crate::verify::mirror;
use crate::verify::overlay::Overlay;
use crate::verify::source::test_names;
use crate::words;

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Solved,
    NotSolved,
    /// It was stopped, and counts for nothing.
    Stopped,
}

/// Checks one exercise, prints what came of it, and records it.
///
/// # Errors
///
/// Fails where Cargo or the tests cannot be started, or a file of the course cannot be used.
pub fn check(
    catalog: &Catalog,
    exercise: &Exercise,
    store: &Store,
    stop: &Stop,
) -> Result<Verdict> {
    if !exercise.file().exists() {
        print!("{}", words::missing(catalog, exercise));
        return Ok(Verdict::NotSolved);
    }
    let attempt = attempt(catalog, exercise, stop);
    if stop.is_stopped() {
        return Ok(Verdict::Stopped);
    }
    let (text, solved) = match attempt? {
        None => (words::does_not_compile(exercise), false),
        Some(trial) => {
            let tests = fs::read_to_string(exercise.tests())
                .with_context(|| format!("cannot read {}", exercise.tests().display()))?;
            (words::verdict(exercise, &trial, &test_names(&tests)), trial.solved())
        }
    };
    print!("{text}");
    store.change(exercise, |entry| entry.attempted(solved))?;
    Ok(if solved { Verdict::Solved } else { Verdict::NotSolved })
}

/// Runs the tests; `None` where the learner's file does not compile, and the compiler has said why.
fn attempt(catalog: &Catalog, exercise: &Exercise, stop: &Stop) -> Result<Option<Trial>> {
    let request = Request {
        exercise,
        folder: &catalog.root,
        target: &catalog.target,
        solution: false,
        show: true,
    };
    let run = |root: &Path, binary: &Path| {
        let package = root.join("exercises").join(&exercise.chapter);
        trial::run_until(binary, &package, None, Some(stop)).map(Some)
    };
    let errors = match trial::build_until(&request, Some(stop))? {
        Build::Binary(binary) => return run(&catalog.root, &binary),
        Build::Errors(errors) => errors,
    };
    let Some(other) = broken_neighbor(catalog, exercise, &errors) else { return Ok(None) };
    print!("{}", words::broken_neighbor(catalog, exercise, other));

    let file = exercise.file();
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let overlay = Overlay::changed(catalog, exercise, &text)?;
    if !other.file().exists() {
        // The overlay has the files that the learner has.
        let stub = mirror::read(&other.stub())?;
        mirror::write(&overlay.folder().join(catalog.short(&other.file())), stub)?;
    }
    let request = Request { folder: overlay.folder(), target: overlay.target(), ..request };
    match trial::build_until(&request, Some(stop))? {
        Build::Binary(binary) => run(overlay.folder(), &binary),
        Build::Errors(_) => Ok(None),
    }
}

/// The other exercise of the chapter that keeps this one from being built, if there is one and the
/// compiler finds nothing wrong with this one.
fn broken_neighbor<'a>(
    catalog: &'a Catalog,
    exercise: &Exercise,
    errors: &[CompileError],
) -> Option<&'a Exercise> {
    let lies_in = |error: &CompileError, file: &Path| catalog.root.join(&error.file) == file;
    if errors
        .iter()
        .any(|error| lies_in(error, &exercise.file()) || lies_in(error, &exercise.tests()))
    {
        return None;
    }
    let is_other =
        |other: &&Exercise| other.chapter == exercise.chapter && other.target != exercise.target;
    catalog.exercises.iter().filter(is_other).find(|other| {
        // Where the file is gone, the compiler points at the one that names it.
        errors.iter().any(|error| lies_in(error, &other.file())) || !other.file().exists()
    })
}
