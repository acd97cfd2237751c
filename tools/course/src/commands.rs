//! What each command does.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, bail, ensure};

use crate::catalog::{Catalog, Exercise};
use crate::check::check;
use crate::cli::{BookAction, Command};
use crate::progress::Store;
use crate::verify::command::{Options, Outcome, verify};
use crate::{reader, reset, watch, words};

/// The exit status of something that is not solved.
const NOT_SOLVED: u8 = 1;

/// Runs a command; no command means: watch, or check once where there is no terminal.
///
/// # Errors
///
/// Fails where the command cannot do its work, for another reason than an unsolved exercise.
pub fn run(command: Option<Command>) -> Result<ExitCode> {
    let catalog = Catalog::load()?;
    let store = Store::of(&catalog.root);
    let solved = match command {
        None if io::stdin().is_terminal() && io::stdout().is_terminal() => {
            watch::watch(&catalog, &store)?;
            true
        }
        None | Some(Command::Check { exercise: None, all: false }) => check_next(&catalog, &store)?,
        Some(Command::Check { exercise: Some(name), .. }) => {
            check_one(&catalog, catalog.find(&name)?, &store)?
        }
        Some(Command::Check { all: true, .. }) => check_all(&catalog, &store)?,
        Some(Command::List) => {
            print!("{}", words::list(&catalog, &store.read()?)?);
            true
        }
        Some(Command::Next) => {
            match next_unsolved(&catalog, &store, None)? {
                Some(exercise) => print!("{}", words::task(&catalog, exercise)?),
                None => println!("All {} exercises are solved.", catalog.exercises.len()),
            }
            true
        }
        Some(Command::Hint { exercise, all }) => {
            let exercise = match exercise {
                Some(name) => catalog.find(&name)?,
                None => next_unsolved(&catalog, &store, None)?
                    .context("all exercises are solved; name the one you want a hint for")?,
            };
            print!("{}", hint(exercise, &store, all)?);
            true
        }
        Some(Command::Solution { exercise, show }) => {
            print!("{}", solution(&catalog, catalog.find(&exercise)?, &store, show)?);
            true
        }
        Some(Command::Reset { exercise }) => {
            let exercise = catalog.find(&exercise)?;
            match reset::reset(exercise, &store)? {
                Some(kept) => println!("Your file is kept as {}.", catalog.short(&kept)),
                None => println!("There was nothing of yours to keep."),
            }
            println!("{} is as it was shipped.", catalog.short(&exercise.file()));
            true
        }
        Some(Command::Book { action }) => book(&catalog, action)?,
        Some(Command::Verify { exercises, repeat, load }) => {
            let stop = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&stop))?;
            let options = Options { exercises, repeat, load };
            verify(&catalog, &options, &stop, &mut io::stdout())? == Outcome::Right
        }
    };
    Ok(if solved { ExitCode::SUCCESS } else { ExitCode::from(NOT_SOLVED) })
}

/// The first unsolved exercise behind `after`, going round at the end.
///
/// # Errors
///
/// Fails where the progress cannot be read.
pub fn next_unsolved<'a>(
    catalog: &'a Catalog,
    store: &Store,
    after: Option<&Exercise>,
) -> Result<Option<&'a Exercise>> {
    let progress = store.read()?;
    let all = &catalog.exercises;
    let start = after
        .and_then(|after| all.iter().position(|exercise| exercise.file() == after.file()))
        .map_or(0, |position| position + 1);
    let mut round = all[start..].iter().chain(&all[..start]);
    Ok(round.find(|exercise| !progress.is_solved(exercise)))
}

/// The next hint of an exercise as text, or all of them.
///
/// # Errors
///
/// Fails where the hints or the progress cannot be read.
pub fn hint(exercise: &Exercise, store: &Store, all: bool) -> Result<String> {
    let hints = exercise.hints()?;
    let progress = store.change(exercise, |entry| {
        entry.hints = if all { hints.len() } else { (entry.hints + 1).min(hints.len()) };
    })?;
    let reached = progress.of(exercise).hints;
    let first = if all { 0 } else { reached.saturating_sub(1) };
    let text = (first..reached)
        .map(|number| {
            let (shown, of) = (number + 1, hints.len());
            format!("\nhint {shown} of {of} for {}\n\n{}\n", exercise.id(), hints[number])
        })
        .collect();
    Ok(text)
}

fn check_next(catalog: &Catalog, store: &Store) -> Result<bool> {
    match next_unsolved(catalog, store, None)? {
        Some(exercise) => check_one(catalog, exercise, store),
        None => {
            println!("All {} exercises are solved.", catalog.exercises.len());
            Ok(true)
        }
    }
}

fn check_one(catalog: &Catalog, exercise: &Exercise, store: &Store) -> Result<bool> {
    println!("{}", words::task(catalog, exercise)?);
    let solved = check(catalog, exercise, store)?;
    if solved {
        let next = next_unsolved(catalog, store, Some(exercise))?;
        print!("{}", words::solved(catalog, exercise, next)?);
    }
    Ok(solved)
}

fn check_all(catalog: &Catalog, store: &Store) -> Result<bool> {
    let mut solved = 0;
    for exercise in &catalog.exercises {
        println!("\n{} {}", exercise.id(), exercise.title());
        solved += usize::from(check(catalog, exercise, store)?);
    }
    println!("\n{solved} of {} are solved.", catalog.exercises.len());
    Ok(solved == catalog.exercises.len())
}

fn solution(catalog: &Catalog, exercise: &Exercise, store: &Store, show: bool) -> Result<String> {
    let id = exercise.id();
    ensure!(
        show || store.read()?.is_solved(exercise),
        "{id} is not solved yet; `cargo course hint {id}` helps, and \
         `cargo course solution {id} --show` shows the reference all the same"
    );
    let file = exercise.solution();
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("cannot read {}", file.display()))?;
    Ok(format!(
        "{text}\nThis is {}; known mistakes are in {}.\n",
        catalog.short(&file),
        catalog.short(&exercise.mistakes())
    ))
}

fn book(catalog: &Catalog, action: BookAction) -> Result<bool> {
    let status = reader::start(catalog, action)?.wait()?;
    if !status.success() {
        bail!("the book could not be shown; the reason stands above");
    }
    Ok(true)
}
