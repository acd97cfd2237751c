//! `cargo course export` and `cargo course grade`: what a teacher needs.

use std::env;
use std::io::{self, Write};
use std::num::NonZero;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::stat::{Mode, umask};

use super::check::write;
use crate::catalog::{Catalog, Exercise};
use crate::cli;
use crate::export::{Kind, export};
use crate::grade::{Options, Report, grade};
use crate::signals::interruptible;
use crate::words;

/// Writes a copy of the project for a class.
///
/// # Errors
///
/// As [`export`].
pub(super) fn copy(catalog: &Catalog, wanted: &cli::Export) -> Result<()> {
    let kind = if wanted.without_solutions { Kind::WithoutSolutions } else { Kind::Whole };
    let folder = export(catalog, wanted.folder.as_deref(), kind)?;
    print!("{}", words::exported(&folder));
    Ok(())
}

/// Grades submissions, prints a line for each and more below, and returns whether all of them have
/// solved all.
///
/// # Errors
///
/// As [`grade`], and where a report cannot be written.
pub(super) fn grades(catalog: &Catalog, wanted: &cli::Grade) -> Result<bool> {
    // With --json, standard output is for other programs alone.
    let mut out: Box<dyn Write> =
        if wanted.json { Box::new(io::stderr()) } else { Box::new(io::stdout()) };
    // Submissions may run as another user, who must be able to read what is built for them.
    umask(Mode::S_IWGRP | Mode::S_IWOTH);
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let jobs = wanted.jobs.map_or(processors, NonZero::get).min(wanted.submissions.len());
    let options = Options {
        exercises: only(catalog, &wanted.only)?,
        jobs,
        at_once: (processors / jobs).max(1),
        limit: Duration::from_secs(wanted.limit.get()),
        contained: !wanted.uncontained,
        program: env::current_exe().context("this program does not know where it is")?,
    };
    let names = wanted.submissions.iter().map(|folder| folder.display().to_string());
    let width = names.map(|name| name.chars().count()).max().unwrap_or_default().min(40);
    let mut report = Report::default();
    interruptible(|stop| {
        grade(catalog, &wanted.submissions, &options, stop, |row| {
            out.write_all(words::grades(&row, width).as_bytes())?;
            out.flush()?;
            report.add(row);
            Ok(())
        })
    })?;
    out.write_all(words::graded_many(&report).as_bytes())?;
    if let Some(file) = &wanted.junit {
        write(file, &report.to_junit())?;
    }
    if wanted.json {
        writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&report)?)?;
    }
    Ok(report.all_solved())
}

/// The exercises that are meant, in reading order; no name means all.
fn only<'a>(catalog: &'a Catalog, names: &[String]) -> Result<Vec<&'a Exercise>> {
    let mut wanted = Vec::new();
    for name in names {
        wanted.extend(catalog.find_all(name)?);
    }
    let is_wanted = |exercise: &&Exercise| names.is_empty() || wanted.contains(exercise);
    Ok(catalog.exercises.iter().filter(is_wanted).collect())
}
