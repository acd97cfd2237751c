//! Takes submissions one after the other, each into the same slot.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

use super::Options;
use super::report::{Graded, Row};
use super::slot::Slot;
use super::submission::{Submission, Text};
use crate::cage::Cage;
use crate::catalog::{Catalog, Exercise};
use crate::check::{Conditions, Entry, check_each};
use crate::progress::Store;
use crate::stop::Stop;

/// Grades one submission after the other.
pub(super) struct Job<'a> {
    /// As the one who grades has it: the rows speak of it.
    catalog: &'a Catalog,
    options: &'a Options<'a>,
    stop: &'a Stop,
    slot: Slot<'a>,
    cage: Cage,
}

impl<'a> Job<'a> {
    /// Prepares a slot, and builds in it what all submissions share.
    ///
    /// # Errors
    ///
    /// Fails where the project cannot be built, or the system cannot contain code.
    pub fn new(
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

    /// Grades a submission.
    ///
    /// # Errors
    ///
    /// Fails only where this program, and not the submission, is at fault.
    pub fn row(&self, folder: &Path) -> Result<Row> {
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
