//! `cargo course grade`: checks the submissions of a class against the tests of this project.
//!
//! Of a submission nothing is taken but the files that learners edit. They are put into a clean
//! copy of this project, a [`slot::Slot`], and built and run there in a [`Cage`]. Each job has a
//! slot of its own, which keeps what was built of the libraries: a submission costs no more than a
//! learner's check.

mod forbidden;
mod report;
mod slot;
mod submission;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

pub use report::{Graded, Report, Row};

use crate::cage::Cage;
use crate::catalog::{Catalog, Exercise};
use crate::check::{Conditions, Entry, check_each};
use crate::export;
use crate::progress::Store;
use crate::stop::Stop;
use slot::Slot;
use submission::{Submission, Text};

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

/// Grades one submission after the other.
struct Job<'a> {
    /// As the one who grades has it: the rows speak of it.
    catalog: &'a Catalog,
    options: &'a Options<'a>,
    stop: &'a Stop,
    slot: Slot<'a>,
    cage: Cage,
}

impl<'a> Job<'a> {
    /// Prepares a slot, and builds in it what all submissions share.
    fn new(
        catalog: &'a Catalog,
        options: &'a Options<'a>,
        stop: &'a Stop,
        number: usize,
    ) -> Result<Job<'a>> {
        let slot = Slot::new(catalog, number)?;
        let mut hidden = vec![catalog.root.clone()];
        if !catalog.target.starts_with(&catalog.root) {
            hidden.push(catalog.target.clone());
        }
        let cage = Cage {
            program: options.program.clone(),
            hidden,
            open: slot.catalog.root.clone(),
            limit: options.limit,
            namespaces: options.contained,
        };
        cage.ensure_works(stop)?;
        slot.build_shared(&options.exercises, stop, number == 0)?;
        Ok(Job { catalog, options, stop, slot, cage })
    }

    /// Fails only where this program, and not the submission, is at fault.
    fn row(&self, folder: &Path) -> Result<Row> {
        let name = folder.display().to_string();
        let submission = match Submission::read(folder, self.catalog, &self.options.exercises) {
            Ok(submission) => submission,
            Err(problem) => {
                return Ok(Row::without(name, self.options.exercises.len(), problem));
            }
        };
        let mut graded = BTreeMap::new();
        let mut open = Vec::new();
        for (position, (exercise, text)) in submission.texts.iter().enumerate() {
            let undecided = |verdict, reason| {
                Graded::new(Entry::without_tests(self.catalog, exercise, verdict), reason)
            };
            let undecided = match text {
                Text::Missing => undecided("no-file", None),
                Text::Refused(reason) => undecided("refused", Some(reason.clone())),
                Text::AsShipped => undecided("not-started", None),
                Text::Written(text) => {
                    open.push((position, *exercise, text.as_str()));
                    continue;
                }
            };
            graded.insert(position, undecided);
        }
        self.lay(&open)?;
        match self.check(&open, &mut graded) {
            Ok(()) => {}
            Err(error) if open.len() == 1 => {
                graded.insert(open[0].0, self.not_built(open[0].1, &error));
            }
            // One of them, and nobody can tell which, keeps the others from being built.
            Err(_) => {
                for one in open.iter().filter(|_| !self.stop.is_stopped()) {
                    self.lay(&[*one])?;
                    if let Err(error) = self.check(&[*one], &mut graded) {
                        graded.insert(one.0, self.not_built(one.1, &error));
                    }
                }
            }
        }
        Ok(Row::of(name, graded.into_values().collect()))
    }

    /// An exercise at which the compiler itself has failed.
    fn not_built(&self, exercise: &Exercise, error: &anyhow::Error) -> Graded {
        let entry = Entry::without_tests(self.catalog, exercise, "does-not-compile");
        Graded::new(entry, Some(format!("{error:#}")))
    }

    /// Puts these files beside the others as shipped.
    fn lay(&self, open: &[(usize, &Exercise, &str)]) -> Result<()> {
        let texts: Vec<_> = open.iter().map(|(_, exercise, text)| (*exercise, *text)).collect();
        if texts.is_empty() { Ok(()) } else { self.slot.lay(&texts) }
    }

    /// Checks these files, which have been laid.
    fn check(
        &self,
        open: &[(usize, &Exercise, &str)],
        graded: &mut BTreeMap<usize, Graded>,
    ) -> Result<()> {
        if open.is_empty() {
            return Ok(());
        }
        let own = |exercise: &Exercise| {
            let mut all = self.slot.catalog.exercises.iter();
            all.find(|own| own.chapter == exercise.chapter && own.target == exercise.target)
        };
        let asked = open.iter().map(|(_, exercise, _)| own(exercise));
        let asked: Vec<&Exercise> =
            asked.collect::<Option<_>>().context("the copy has all exercises of the project")?;
        let conditions = Conditions {
            stop: self.stop,
            show: false,
            at_once: self.options.at_once,
            cage: Some(&self.cage),
        };
        let catalog = &self.slot.catalog;
        let store = Store::of(&catalog.root);
        let mut positions = open.iter().map(|(position, ..)| *position);
        check_each(
            catalog,
            &asked,
            &store,
            &conditions,
            |_, _| {},
            |checked| {
                let entry = Entry::of(catalog, &checked);
                graded
                    .extend(positions.next().map(|position| (position, Graded::new(entry, None))));
                Ok(())
            },
        )
    }
}
