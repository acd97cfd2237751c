//! `cargo course check`: one exercise, or all.

use anyhow::Result;

use super::next_unsolved;
use crate::catalog::{Catalog, Exercise};
use crate::check::{Verdict, check};
use crate::progress::Store;
use crate::signals::interruptible;
use crate::stop::Stop;
use crate::words::By;
use crate::{terminal, words};

/// Checks an exercise and says what is next; returns whether it is solved.
///
/// # Errors
///
/// As [`check`].
pub(super) fn one(catalog: &Catalog, exercise: &Exercise, store: &Store) -> Result<bool> {
    println!("{}", words::task(catalog, exercise)?);
    let verdict = interruptible(|stop| check(catalog, exercise, store, stop))?;
    if verdict == Verdict::Solved {
        let next = next_unsolved(catalog, store, Some(exercise))?;
        let text = words::solved(catalog, exercise, next, &store.read()?, By::Command);
        print!("{}", words::wrapped(&text, terminal::width()));
    }
    Ok(verdict == Verdict::Solved)
}

/// Checks every exercise; returns whether all are solved.
///
/// # Errors
///
/// As [`check`].
pub(super) fn all(catalog: &Catalog, store: &Store) -> Result<bool> {
    let solved = interruptible(|stop| every(catalog, store, stop))?;
    print!("{}", words::checked_all(catalog, solved));
    Ok(solved == catalog.exercises.len())
}

/// Checks every exercise until it is stopped; returns how many are solved.
///
/// # Errors
///
/// As [`check`].
pub(crate) fn every(catalog: &Catalog, store: &Store, stop: &Stop) -> Result<usize> {
    let mut solved = 0;
    for exercise in &catalog.exercises {
        println!("\n{} {}", exercise.id(), exercise.title());
        match check(catalog, exercise, store, stop)? {
            Verdict::Solved => solved += 1,
            Verdict::NotSolved => {}
            Verdict::Stopped => break,
        }
    }
    Ok(solved)
}
