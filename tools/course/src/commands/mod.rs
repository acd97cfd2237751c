//! What each command does.

pub(crate) mod check;
mod class;
pub(crate) mod list;
pub mod select;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, ensure};

use crate::catalog::{Catalog, Exercise};
use crate::cli::{self, BookAction, Command};
use crate::progress::Store;
use crate::signals::{end_with_the_reader, interruptible};
use crate::stop::Stop;
use crate::verify::command::{Options, verify};
use crate::{aid, cage, lab, reader, reset, terminal, watch, words};

/// The exit status of something that is not solved.
const NOT_SOLVED: u8 = 1;

/// Runs a command; no command means: watch, or check once where there is no terminal.
///
/// # Errors
///
/// Fails where the command cannot do its work, for another reason than an unsolved exercise.
pub fn run(command: Option<Command>) -> Result<ExitCode> {
    if let Some(Command::Contained(wanted)) = &command {
        return cage::run(wanted);
    }
    end_with_the_reader();
    let catalog = Catalog::load()?;
    let store = Store::of(&catalog.root);
    let solved = match command {
        None if io::stdin().is_terminal() && io::stdout().is_terminal() => {
            watch::watch(&catalog, &store)?;
            true
        }
        None => check::run(&catalog, &store, &cli::Check::default())?,
        Some(Command::Check(wanted)) => check::run(&catalog, &store, &wanted)?,
        Some(Command::List { selection, json }) => {
            list::list(&catalog, &store, &selection, json)?;
            true
        }
        Some(Command::Report { selection, json }) => {
            list::report(&catalog, &store, &selection, json)?;
            true
        }
        Some(Command::Next) => {
            match next_unsolved(&catalog, &store, None)? {
                Some(exercise) => print!("{}", words::task(&catalog, exercise)?),
                None => print!("{}", words::all_solved(&catalog)),
            }
            true
        }
        Some(Command::Hint { exercise, all }) => {
            let exercise = match exercise {
                Some(name) => catalog.find(&name)?,
                None => next_unsolved(&catalog, &store, None)?
                    .context("all exercises are solved; name the one you want a hint for")?,
            };
            let hint = aid::hint(exercise, &store, all)?;
            print!("{}", words::wrapped(&hint, terminal::width()));
            true
        }
        Some(Command::Solution { exercise, show }) => {
            print!("{}", aid::solution(&catalog, catalog.find(&exercise)?, &store, show)?);
            true
        }
        Some(Command::Reset { exercise }) => {
            let exercise = catalog.find(&exercise)?;
            let reset = reset::reset(exercise, &store)?;
            print!("{}", words::reset(&catalog, exercise, &reset));
            true
        }
        Some(Command::Book { action }) => {
            interruptible(|stop| book(&catalog, action, stop))?;
            true
        }
        Some(Command::Lab(wanted)) => lab::run(&catalog.root, &wanted)?,
        Some(Command::Export(wanted)) => {
            class::copy(&catalog, &wanted)?;
            true
        }
        Some(Command::Grade(wanted)) => class::grades(&catalog, &wanted)?,
        // It was run before: it knows no project.
        Some(Command::Contained(wanted)) => return cage::run(&wanted),
        Some(Command::Verify { exercises, only, repeat, load, json }) => {
            let stop = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&stop))?;
            let options = Options { exercises, only, repeat, load };
            verify_as(&catalog, &options, &stop, json)?
        }
    };
    Ok(if solved { ExitCode::SUCCESS } else { ExitCode::from(NOT_SOLVED) })
}

/// Checks the exercises themselves; with `json`, standard output is for other programs alone.
fn verify_as(catalog: &Catalog, options: &Options, stop: &AtomicBool, json: bool) -> Result<bool> {
    let report = if json {
        let report = verify(catalog, options, stop, &mut io::stderr())?;
        writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&report)?)?;
        report
    } else {
        verify(catalog, options, stop, &mut io::stdout())?
    };
    Ok(report.right)
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

fn book(catalog: &Catalog, action: BookAction, stop: &Stop) -> Result<()> {
    let mut program = reader::start(catalog, action, stop)?;
    let status = program.wait()?;
    ensure!(
        status.success() || stop.is_stopped(),
        "the book could not be shown; the reason stands above"
    );
    Ok(())
}
