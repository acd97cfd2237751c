//! Checks the learner's file: builds and runs its tests, says what came of it, and records it.

use std::fs;

use anyhow::{Context, Result};

use crate::catalog::{Catalog, Exercise};
use crate::progress::Store;
use crate::trial::{self, Build, CompileError, Request, Trial};
use crate::verify::overlay::Overlay;
use crate::verify::source::test_names;
use crate::words;

/// Checks one exercise, prints the verdict, and returns whether it is solved.
///
/// # Errors
///
/// Fails where Cargo or the tests cannot be started, or a file of the course cannot be used.
pub fn check(catalog: &Catalog, exercise: &Exercise, store: &Store) -> Result<bool> {
    let Some(trial) = attempt(catalog, exercise)? else {
        store.change(exercise, |entry| entry.attempted(false))?;
        println!("\n{} does not compile yet.", exercise.id());
        return Ok(false);
    };
    let tests = fs::read_to_string(exercise.tests())
        .with_context(|| format!("cannot read {}", exercise.tests().display()))?;
    print!("{}", words::verdict(exercise, &trial, &test_names(&tests)));
    store.change(exercise, |entry| entry.attempted(trial.solved()))?;
    Ok(trial.solved())
}

/// Runs the tests; `None` where the learner's file does not compile, and the compiler has said why.
fn attempt(catalog: &Catalog, exercise: &Exercise) -> Result<Option<Trial>> {
    let request = Request {
        exercise,
        folder: &catalog.root,
        target: &catalog.target,
        solution: false,
        show: true,
    };
    let package = |root: &std::path::Path| root.join("exercises").join(&exercise.chapter);
    match trial::build(&request)? {
        Build::Binary(binary) => Ok(Some(trial::run(&binary, &package(&catalog.root), None)?)),
        Build::Errors(errors) => {
            let Some(other) = broken_neighbor(catalog, exercise, &errors) else { return Ok(None) };
            println!(
                "\nThe errors are in {}, another exercise. {} is checked beside the others as \
                 they were shipped.",
                catalog.short(&other.file()),
                exercise.id(),
            );
            let file = exercise.file();
            let text = fs::read_to_string(&file)
                .with_context(|| format!("cannot read {}", file.display()))?;
            let overlay = Overlay::changed(catalog, exercise, &text)?;
            let request = Request { folder: overlay.folder(), target: overlay.target(), ..request };
            match trial::build(&request)? {
                Build::Binary(binary) => {
                    Ok(Some(trial::run(&binary, &package(overlay.folder()), None)?))
                }
                Build::Errors(_) => Ok(None),
            }
        }
    }
}

/// The other exercise of the chapter that does not compile, unless this one does not either.
fn broken_neighbor<'a>(
    catalog: &'a Catalog,
    exercise: &Exercise,
    errors: &[CompileError],
) -> Option<&'a Exercise> {
    let holds = |error: &CompileError, exercise: &Exercise| {
        catalog.root.join(&error.file) == exercise.file()
    };
    if errors.iter().any(|error| holds(error, exercise)) {
        return None;
    }
    catalog.exercises.iter().find(|other| errors.iter().any(|error| holds(error, other)))
}
