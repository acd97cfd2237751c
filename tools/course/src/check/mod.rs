//! Checks the learner's files: builds and runs their tests, says what came of it, and records it.

mod blame;
mod checked;
mod clock;
mod junit;
mod prepare;
mod report;
mod run;

use std::fs;
use std::io::{self, Write};
use std::num::NonZero;
use std::thread;

use anyhow::Result;

pub use checked::{Checked, Outcome};
pub(crate) use junit::{Suite, document};
pub use report::{Entry, Report};

use crate::cage::Cage;
use crate::catalog::{Catalog, Exercise};
use crate::progress::Store;
use crate::shipped;
use crate::stop::Stop;
use crate::verify::source::test_names;
use crate::{terminal, words};

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Solved,
    NotSolved,
    /// It was stopped, and counts for nothing.
    Stopped,
}

/// How exercises are checked.
#[derive(Debug, Clone, Copy)]
pub struct Conditions<'a> {
    pub stop: &'a Stop,
    /// Whether Cargo's progress and the compiler's messages are shown as they come.
    pub show: bool,
    /// How many test binaries run at once.
    pub at_once: usize,
    /// What contains the code, where it is somebody else's.
    pub cage: Option<&'a Cage>,
}

impl<'a> Conditions<'a> {
    /// Those of a learner: all is shown, and the processors are free.
    pub fn of_learner(stop: &'a Stop) -> Conditions<'a> {
        let at_once = thread::available_parallelism().map_or(1, NonZero::get);
        Conditions { stop, show: true, at_once, cage: None }
    }
}

/// Checks one exercise, prints what came of it, and records it.
///
/// # Errors
///
/// As [`check_each`].
pub fn check(
    catalog: &Catalog,
    exercise: &Exercise,
    store: &Store,
    stop: &Stop,
) -> Result<Verdict> {
    let checked = check_one(catalog, exercise, store, stop, &mut io::stdout())?;
    Ok(match checked {
        None => Verdict::Stopped,
        Some(checked) if checked.solved() => Verdict::Solved,
        Some(_) => Verdict::NotSolved,
    })
}

/// As [`check`]; prints to `out`. Returns `None` where it was stopped.
///
/// # Errors
///
/// As [`check_each`], and where `out` cannot be written.
pub fn check_one<'a>(
    catalog: &'a Catalog,
    exercise: &'a Exercise,
    store: &Store,
    stop: &Stop,
    out: &mut dyn Write,
) -> Result<Option<Checked<'a>>> {
    let mut result = None;
    let mut notes = String::new();
    let tell = |one: &Exercise, other: &Exercise| {
        notes += &words::broken_neighbor(catalog, one, other);
    };
    let conditions = Conditions::of_learner(stop);
    check_each(catalog, &[exercise], store, &conditions, tell, |checked| {
        result = Some(checked);
        Ok(())
    })?;
    out.write_all(notes.as_bytes())?;
    if let Some(checked) = &result {
        out.write_all(words::checked(catalog, checked, terminal::width()).as_bytes())?;
    }
    Ok(result)
}

/// Checks exercises: one build for all, then the tests, several at once.
/// Records what came of each and hands it to `each`, in the order asked for, as soon as it is
/// known. `tell` hears of an exercise that is checked beside another that does not compile. Where
/// it is stopped, the rest is neither recorded nor handed on.
///
/// # Errors
///
/// Fails where Cargo or the tests cannot be started, or a file of the course cannot be used.
pub fn check_each<'a>(
    catalog: &'a Catalog,
    asked: &[&'a Exercise],
    store: &Store,
    conditions: &Conditions<'_>,
    tell: impl FnMut(&Exercise, &Exercise),
    mut each: impl FnMut(Checked<'a>) -> Result<()>,
) -> Result<()> {
    let work = || -> Result<()> {
        // Before the build: what is compiled is looked at no later than it is compiled.
        let of_all = shipped::grader::altered(&catalog.root)?;
        let mut altered = Vec::new();
        for exercise in asked {
            let mut of_one = shipped::altered(catalog, exercise)?;
            of_one.extend(of_all.iter().cloned());
            altered.push(of_one);
        }
        let mut altered = altered.into_iter();
        let preparation = prepare::prepare(catalog, asked, conditions, tell)?;
        run::run_all(preparation, conditions, |exercise, outcome, beside| {
            let altered = altered.next().unwrap_or_default();
            let outcome = in_order(exercise, outcome);
            let checked = Checked { exercise, outcome, altered, beside };
            store.change(exercise, |entry| entry.attempted(checked.solved()))?;
            each(checked)
        })
    };
    let result = work();
    // What was killed on the way has failed, and means nothing.
    if conditions.stop.is_stopped() { Ok(()) } else { result }
}

/// The outcome with its tests in the order of their file: the first that fails is to be read first.
fn in_order(exercise: &Exercise, outcome: Outcome) -> Outcome {
    let Outcome::Ran(mut trial) = outcome else { return outcome };
    let text = fs::read_to_string(exercise.tests()).unwrap_or_default();
    let order = test_names(&text);
    let place = |name: &str| order.iter().position(|one| *one == name).unwrap_or(usize::MAX);
    trial.tests.sort_by_key(|test| place(&test.name));
    trial.missing.sort_by_key(|name| place(name));
    Outcome::Ran(trial)
}
