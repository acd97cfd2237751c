//! `cargo course check`: an exercise, a chapter, or all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};

use super::next_unsolved;
use crate::catalog::{Catalog, Exercise};
use crate::check::{Conditions, Report, check_each, check_one};
use crate::cli;
use crate::progress::Store;
use crate::shipped::Altered;
use crate::signals::interruptible;
use crate::stop::Stop;
use crate::words::By;
use crate::{terminal, words};

/// Checks what is wanted, prints what came of it, and returns whether all of it is solved.
///
/// # Errors
///
/// Fails where nothing goes by the name that is wanted, as [`check_each`], and where the report
/// cannot be written.
pub(super) fn run(catalog: &Catalog, store: &Store, wanted: &cli::Check) -> Result<bool> {
    // With --json, standard output is for other programs alone.
    let mut out: Box<dyn Write> =
        if wanted.json { Box::new(io::stderr()) } else { Box::new(io::stdout()) };
    let mut report = Report::default();
    let solved = match wanted.which.as_deref() {
        None if wanted.all => {
            let all: Vec<&Exercise> = catalog.exercises.iter().collect();
            several(catalog, &all, store, &mut out, &mut report)?
        }
        None => match next_unsolved(catalog, store, None)? {
            Some(exercise) => one(catalog, exercise, store, &mut out, &mut report)?,
            None => {
                out.write_all(words::all_solved(catalog).as_bytes())?;
                true
            }
        },
        Some(name) => match catalog.find_all(name)?[..] {
            [exercise] => one(catalog, exercise, store, &mut out, &mut report)?,
            ref all => several(catalog, all, store, &mut out, &mut report)?,
        },
    };
    if let Some(file) = &wanted.junit {
        write(file, &report.to_junit())?;
    }
    if wanted.json {
        let json = serde_json::to_string_pretty(&report)?;
        writeln!(io::stdout(), "{json}")?;
    }
    Ok(solved)
}

/// Checks an exercise and says what is next; returns whether it is solved.
fn one(
    catalog: &Catalog,
    exercise: &Exercise,
    store: &Store,
    out: &mut dyn Write,
    report: &mut Report,
) -> Result<bool> {
    writeln!(out, "{}", words::task(catalog, exercise)?)?;
    let checked = interruptible(|stop| check_one(catalog, exercise, store, stop, out))?;
    let Some(checked) = checked else { return Ok(false) };
    report.add(catalog, &checked);
    if checked.solved() {
        let next = next_unsolved(catalog, store, Some(exercise))?;
        let text = words::solved(catalog, exercise, next, &store.read()?, By::Command);
        out.write_all(words::wrapped(&text, terminal::width()).as_bytes())?;
    }
    Ok(checked.solved())
}

/// Checks exercises, with a line for each; returns whether all are solved.
fn several(
    catalog: &Catalog,
    exercises: &[&Exercise],
    store: &Store,
    out: &mut dyn Write,
    report: &mut Report,
) -> Result<bool> {
    let solved = interruptible(|stop| rows(catalog, exercises, store, stop, out, report))?;
    out.write_all(words::checked_many(solved, exercises.len()).as_bytes())?;
    Ok(solved == exercises.len())
}

/// Checks every exercise until it is stopped; returns how many are solved.
///
/// # Errors
///
/// As [`check_each`].
pub(crate) fn every(catalog: &Catalog, store: &Store, stop: &Stop) -> Result<usize> {
    let all: Vec<&Exercise> = catalog.exercises.iter().collect();
    rows(catalog, &all, store, stop, &mut io::stdout(), &mut Report::default())
}

fn rows(
    catalog: &Catalog,
    exercises: &[&Exercise],
    store: &Store,
    stop: &Stop,
    out: &mut dyn Write,
    report: &mut Report,
) -> Result<usize> {
    let mut altered: Vec<Altered> = Vec::new();
    let ignore = |_: &Exercise, _: &Exercise| {};
    let conditions = Conditions::of_learner(stop);
    check_each(catalog, exercises, store, &conditions, ignore, |checked| {
        let row = words::hung(&words::row(catalog, &checked), terminal::width());
        out.write_all(row.as_bytes())?;
        out.flush()?;
        report.add(catalog, &checked);
        altered.extend(checked.altered);
        Ok(())
    })?;
    // Files that several exercises share are named once.
    altered.sort_by(|a, b| a.file.cmp(&b.file));
    altered.dedup();
    out.write_all(words::altered(catalog, &altered).as_bytes())?;
    Ok(report.solved)
}

/// Writes a report.
///
/// # Errors
///
/// Fails where the file cannot be written.
pub(super) fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}
