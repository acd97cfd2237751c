//! `cargo course grade`: checks the submissions of a class against the tests of this project.
//!
//! Of a submission nothing is taken but the files that learners edit. They are put into a clean
//! copy of this project, a [`slot::Slot`], and built and run there in a [`Cage`](crate::cage::Cage). Each job has a
//! slot of its own, which keeps what was built of the libraries: a submission costs no more than a
//! learner's check.

mod forbidden;
mod job;
mod report;
mod slot;
mod submission;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::Result;

pub use report::{Graded, Report, Row};

use crate::catalog::{Catalog, Exercise};
use crate::export;
use crate::stop::Stop;
use job::Job;

/// What to grade, and how.
#[derive(Debug)]
pub struct Options<'a> {
    /// In reading order.
    pub exercises: Vec<&'a Exercise>,
    /// How many submissions at once.
    pub jobs: usize,
    /// How many test binaries of a submission at once.
    pub at_once: usize,
    /// The longest that one build, or the tests of one exercise, may take.
    pub limit: Duration,
    /// Whether submissions get namespaces of their own.
    pub contained: bool,
    /// This program, which contains others.
    pub program: PathBuf,
}

/// Grades submissions and hands on what came of each, in their order, as soon as it is known.
///
/// # Errors
///
/// Fails where the project itself is not as it was shipped or cannot be built, where the system
/// cannot contain code, or as `each`. A submission is never a reason.
pub fn grade(
    catalog: &Catalog,
    submissions: &[PathBuf],
    options: &Options<'_>,
    stop: &Stop,
    mut each: impl FnMut(Row) -> Result<()>,
) -> Result<()> {
    export::ensure_as_shipped(catalog)?;
    let _lock = slot::lock(catalog)?;
    let next = AtomicUsize::new(0);
    let jobs = options.jobs.clamp(1, submissions.len().max(1));
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for number in 0..jobs {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                let job = match Job::new(catalog, options, stop, number) {
                    Ok(job) => job,
                    Err(error) => return drop(sender.send(Err(error))),
                };
                // Relaxed: the submissions were there before the threads were.
                while let Some(position) = Some(next.fetch_add(1, Relaxed))
                    && let Some(folder) = submissions.get(position)
                {
                    let row = job.row(folder);
                    let ends = row.is_err();
                    if stop.is_stopped() || sender.send(row.map(|row| (position, row))).is_err() {
                        return;
                    }
                    if ends {
                        return;
                    }
                }
            });
        }
        drop(sender);
        // Where this ends early, what runs is ended, and the threads find nobody who listens.
        let result = in_order(receiver, &mut each);
        if result.is_err() {
            stop.stop();
        }
        result
    })
}

fn in_order(
    receiver: mpsc::Receiver<Result<(usize, Row)>>,
    each: &mut impl FnMut(Row) -> Result<()>,
) -> Result<()> {
    let mut waiting = BTreeMap::new();
    let mut wanted = 0;
    for result in receiver {
        let (position, row) = result?;
        waiting.insert(position, row);
        while let Some(row) = waiting.remove(&wanted) {
            each(row)?;
            wanted += 1;
        }
    }
    Ok(())
}
