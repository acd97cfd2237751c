//! Runs the tests of the references with each ordering weakened.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail};
use course::catalog::{Catalog, Exercise};
use course::trial::{self, Build, Request, Trial};
use course::verify::overlay::Overlay;

use crate::listed::List;
use crate::weaken::{Weaker, weaker};

/// What became of the weakened orderings.
#[derive(Debug, Default)]
pub struct Outcome {
    /// A line for each: where, what, and which test objects.
    pub lines: Vec<String>,
    /// What must be mended.
    pub problems: Vec<String>,
    rejected: usize,
    listed: usize,
}

impl Outcome {
    /// How many were rejected, of those that no proof excuses.
    pub fn summary(&self) -> String {
        let (rejected, listed) = (self.rejected, self.listed);
        let all = rejected + self.problems.len();
        format!("{rejected} of {all} weakened orderings rejected, {listed} listed with a proof")
    }
}

/// Weakens all orderings in the references of those exercises that `wanted` says yes to.
///
/// # Errors
///
/// Fails where a reference or a list cannot be read, or Cargo cannot be started.
pub fn run(catalog: &Catalog, wanted: impl Fn(&Exercise) -> bool) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let chapters: BTreeSet<&str> =
        catalog.exercises.iter().map(|exercise| exercise.chapter.as_str()).collect();
    for chapter in chapters {
        let list = List::read(&catalog.root.join("solutions"), chapter)?;
        let mut used = BTreeSet::new();
        let exercises = catalog.exercises.iter().filter(|exercise| exercise.chapter == chapter);
        for exercise in exercises.filter(|exercise| wanted(exercise)) {
            used.extend(outcome.add(catalog, exercise, &list)?);
        }
        for (at, entry) in list.weaker.iter().enumerate() {
            let is_wanted = exercise_of(catalog, chapter, entry.exercise()).is_none_or(&wanted);
            if is_wanted && !used.contains(&at) {
                outcome.problems.push(format!(
                    "solutions/{chapter}/weaker.toml: {}: a test objects to it, or there is no \
                     such line; take it from the list",
                    entry.name()
                ));
            }
        }
    }
    Ok(outcome)
}

fn exercise_of<'a>(catalog: &'a Catalog, chapter: &str, name: &str) -> Option<&'a Exercise> {
    catalog.exercises.iter().find(|exercise| exercise.chapter == chapter && exercise.target == name)
}

impl Outcome {
    /// Weakens the orderings of one reference. Returns the entries of the list that apply.
    fn add(&mut self, catalog: &Catalog, exercise: &Exercise, list: &List) -> Result<Vec<usize>> {
        let file = exercise.solution();
        let source =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let mut used = Vec::new();
        for weaker in weaker(&source).with_context(|| format!("in {}", file.display()))? {
            let Weaker { line, was, change, .. } = &weaker;
            let target = &exercise.target;
            let name = format!("{target}: {was}\n    {change}: ");
            let trial = tried(catalog, exercise, &weaker)?;
            let objection = objection(&trial);
            let listed = list.position(&exercise.target, &weaker);
            match (objection, listed) {
                (Some(test), None) => {
                    self.rejected += 1;
                    self.lines.push(format!("{name}rejected by {test}"));
                }
                (None, Some(at)) => {
                    self.listed += 1;
                    used.push(at);
                    self.lines.push(format!("{name}right all the same, see the proof in weaker.toml"));
                }
                (Some(_), Some(_)) => {} // The entry is not used, which is told.
                (None, None) => self.problems.push(format!(
                    "{target}:{line}: {change}: every test passes; sharpen a test, weaken the reference, or list it in \
                     solutions/{}/weaker.toml with a proof",
                    exercise.chapter
                )),
            }
        }
        Ok(used)
    }
}

fn tried(catalog: &Catalog, exercise: &Exercise, weaker: &Weaker) -> Result<Trial> {
    let overlay = Overlay::changed(catalog, exercise, &weaker.text)?;
    let (folder, target) = (overlay.folder(), overlay.target());
    match trial::build(&Request { exercise, folder, target, solution: false, show: false })? {
        Build::Binary(binary) => {
            trial::run(&binary, &folder.join("exercises").join(&exercise.chapter), None)
        }
        Build::Errors(_) => {
            bail!("{}:{}: {} does not compile there", exercise.target, weaker.line, weaker.change)
        }
    }
}

/// The first test that fails, by its name: which one ends first is chance.
fn objection(trial: &Trial) -> Option<&str> {
    if trial.solved() {
        return None;
    }
    let failed = trial.tests.iter().filter(|test| !test.passed()).map(|test| test.name.as_str());
    Some(failed.min().unwrap_or("(the test binary)"))
}
