//! Builds the tests of all exercises that are asked for: once, and where an exercise does not
//! compile once more for the others of its chapter, in an overlay where it is as shipped.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Conditions;
use super::blame::{self, Blame};
use super::checked::Outcome;
use crate::catalog::{Catalog, Exercise};
use crate::trial::{Batch, build_all};
use crate::verify::mirror;
use crate::verify::overlay::Overlay;

/// An exercise whose fate is known as far as a build can tell.
pub(super) struct Prepared<'a> {
    pub exercise: &'a Exercise,
    pub ready: Ready,
    pub beside: Vec<&'a Exercise>,
}

pub(super) enum Ready {
    /// It need not be run.
    Decided(Outcome),
    /// It is to be run, in the folder of its package.
    Binary { binary: PathBuf, package: PathBuf },
}

/// All exercises, in the order in which they were asked for.
pub(super) struct Preparation<'a> {
    pub exercises: Vec<Prepared<'a>>,
    /// They must live as long as binaries run in them.
    pub overlays: Vec<Overlay>,
}

/// Builds what is asked for. `tell` hears of an exercise that is built beside another that does not
/// compile.
///
/// # Errors
///
/// Fails where Cargo cannot be started or a file of the course cannot be used.
pub(super) fn prepare<'a>(
    catalog: &'a Catalog,
    asked: &[&'a Exercise],
    conditions: &Conditions<'_>,
    mut tell: impl FnMut(&Exercise, &Exercise),
) -> Result<Preparation<'a>> {
    let mut fates = Fates::default();
    let mut open = Vec::new();
    for &exercise in asked {
        if !exercise.file().is_file() {
            fates.decide(exercise, Outcome::NoFile);
        } else if !exercise.tests().exists() {
            fates.decide(exercise, Outcome::NoTests);
        } else {
            open.push(exercise);
        }
    }
    let place = Place { folder: &catalog.root, target: &catalog.target };
    let waiting = fates.build(catalog, &open, &place, conditions)?;
    for (exercise, others) in &waiting {
        others.iter().for_each(|other| tell(exercise, other));
    }

    let mut chapters: BTreeMap<&str, Vec<&Exercise>> = BTreeMap::new();
    for (exercise, others) in waiting {
        chapters.entry(&exercise.chapter).or_default().push(exercise);
        fates.beside.insert(exercise.file(), others);
    }
    let mut overlays = Vec::new();
    for (chapter, mut open) in chapters {
        // Each round leaves out who has turned out to be broken in the one before.
        while !open.is_empty() {
            let overlay = lay(catalog, chapter, &open)?;
            let place = Place { folder: overlay.folder(), target: overlay.target() };
            let waiting = fates.build(catalog, &open, &place, conditions)?;
            open.clear();
            for (exercise, others) in waiting {
                fates.beside.entry(exercise.file()).or_default().extend(others);
                open.push(exercise);
            }
            if open.is_empty() {
                overlays.push(overlay);
            }
        }
    }
    let exercises = asked.iter().filter_map(|exercise| fates.take(exercise)).collect();
    Ok(Preparation { exercises, overlays })
}

/// The chapter as shipped, but with the learner's files of `open`.
fn lay(catalog: &Catalog, chapter: &str, open: &[&Exercise]) -> Result<Overlay> {
    let mut texts = Vec::new();
    for exercise in open {
        let text = String::from_utf8(mirror::read(&exercise.file())?)
            .with_context(|| format!("{} is not UTF-8", exercise.file().display()))?;
        texts.push((*exercise, text));
    }
    Overlay::with(catalog, chapter, &texts)
}

struct Place<'a> {
    folder: &'a Path,
    target: &'a Path,
}

/// What has come of the exercises, by their files.
#[derive(Default)]
struct Fates<'a> {
    ready: BTreeMap<PathBuf, Ready>,
    beside: BTreeMap<PathBuf, Vec<&'a Exercise>>,
}

impl<'a> Fates<'a> {
    fn decide(&mut self, exercise: &Exercise, outcome: Outcome) {
        self.ready.insert(exercise.file(), Ready::Decided(outcome));
    }

    /// Builds `open`; returns those which only others keep from being built, with these others.
    fn build(
        &mut self,
        catalog: &'a Catalog,
        open: &[&'a Exercise],
        place: &Place<'_>,
        conditions: &Conditions<'_>,
    ) -> Result<Vec<(&'a Exercise, Vec<&'a Exercise>)>> {
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let Place { folder, target } = *place;
        let Conditions { stop, show, cage, .. } = *conditions;
        let batch = Batch { exercises: open, folder, target, solution: false, show, cage };
        let built = build_all(&batch, Some(stop))?;
        // In an overlay, those that were not asked for are as shipped.
        let may_be_broken: Vec<&Exercise> =
            if folder == catalog.root { catalog.exercises.iter().collect() } else { open.to_vec() };
        let mut waiting = Vec::new();
        for (&exercise, binary) in open.iter().zip(built.binaries) {
            if let Some(binary) = binary {
                let package = folder.join("exercises").join(&exercise.chapter);
                self.ready.insert(exercise.file(), Ready::Binary { binary, package });
                continue;
            }
            match blame::blame(catalog, exercise, &may_be_broken, &built.errors) {
                Blame::Own(errors) => self.decide(exercise, Outcome::DoesNotCompile(errors)),
                Blame::Others(others) => waiting.push((exercise, others)),
            }
        }
        Ok(waiting)
    }

    fn take(&mut self, exercise: &'a Exercise) -> Option<Prepared<'a>> {
        let ready = self.ready.remove(&exercise.file())?;
        let beside = self.beside.remove(&exercise.file()).unwrap_or_default();
        Some(Prepared { exercise, ready, beside })
    }
}
