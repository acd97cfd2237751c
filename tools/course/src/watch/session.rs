//! What happens in the watch mode, and what comes of it.

mod press;

use std::fs;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread::Scope;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::events::{Event, Outcome};
use super::running::{Running, What};
use crate::catalog::{Catalog, Exercise};
use crate::check::Verdict;
use crate::commands::next_unsolved;
use crate::progress::Store;
use crate::reader::Served;
use crate::words::By;
use crate::{terminal, words};

/// How long the files must be quiet after a change; editors save in several steps.
const QUIET: Duration = Duration::from_millis(30);

/// Whether the session goes on.
type Flow = ControlFlow<()>;

/// What waits for a `y`.
enum Question {
    Solution,
    Reset,
}

pub struct Session<'scope, 'env> {
    catalog: &'env Catalog,
    store: &'env Store,
    scope: &'scope Scope<'scope, 'env>,
    sender: Sender<Event>,
    checks: u64,
    running: Option<Running>,
    /// The learner's file at the last check, or `None` where there was none.
    text: Option<Vec<u8>>,
    asked: Option<Question>,
    book: Option<Served>,
}

impl<'scope, 'env> Session<'scope, 'env> {
    pub fn new(
        catalog: &'env Catalog,
        store: &'env Store,
        scope: &'scope Scope<'scope, 'env>,
        sender: Sender<Event>,
    ) -> Self {
        let (running, text, asked, book) = (None, None, None, None);
        Session { catalog, store, scope, sender, checks: 0, running, text, asked, book }
    }

    /// Begins with an exercise, and goes on until the learner quits.
    ///
    /// # Errors
    ///
    /// Fails where the exercise cannot be shown.
    pub fn go(mut self, first: &'env Exercise, events: &Receiver<Event>) -> Result<()> {
        let mut exercise = first;
        self.open(exercise)?;
        let mut due: Option<Instant> = None;
        loop {
            let Some(event) = wait_until(due, events)? else {
                due = None;
                // A change of another file, or one that changed nothing, needs no new check.
                if text(exercise) != self.text {
                    self.check(exercise);
                }
                continue;
            };
            let flow = match event {
                Event::Changed => {
                    due = Some(Instant::now() + QUIET);
                    Ok(Flow::Continue(()))
                }
                Event::Pressed(key) => self.press(key, &mut exercise),
                Event::Ended(number, outcome) => {
                    // Another number is that of a check that was stopped.
                    if self.running.as_ref().is_some_and(|running| running.number == number) {
                        self.running = None;
                        self.tell(exercise, outcome)
                    } else {
                        Ok(Flow::Continue(()))
                    }
                }
                Event::Closed => Ok(Flow::Break(())),
            };
            match flow {
                Ok(Flow::Break(())) => return Ok(()),
                Ok(Flow::Continue(())) => {}
                // Such as a manifest that is broken for a moment: the next save may mend it.
                Err(error) => {
                    say(&format!("\nerror: {error:#}\n"));
                    print!("{}", words::keys(terminal::width()));
                }
            }
        }
    }

    /// Shows what an exercise asks for, and checks it.
    fn open(&mut self, exercise: &'env Exercise) -> Result<()> {
        // The verdict on the exercise before comes too late.
        self.running = None;
        say(&words::opened(self.catalog, exercise)?);
        self.check(exercise);
        Ok(())
    }

    fn check(&mut self, exercise: &'env Exercise) {
        say(&match self.running {
            Some(_) => words::checking_anew(exercise),
            None => words::checking(exercise),
        });
        self.start(exercise, What::One(exercise));
    }

    fn start(&mut self, exercise: &'env Exercise, what: What<'env>) {
        // First, since Cargo lets only one build at a time.
        self.running = None;
        self.text = text(exercise);
        self.checks += 1;
        let course = (self.catalog, self.store);
        let running = Running::start(self.scope, self.checks, course, what, self.sender.clone());
        self.running = Some(running);
    }

    /// Tells what came of a check, beyond what it says itself.
    fn tell(&self, exercise: &Exercise, outcome: Result<Outcome>) -> Result<Flow> {
        match outcome? {
            Outcome::One(Verdict::Solved) => {
                let progress = self.store.read()?;
                let next = next_unsolved(self.catalog, self.store, Some(exercise))?;
                show(&words::solved(self.catalog, exercise, next, &progress, By::Key));
            }
            Outcome::One(Verdict::NotSolved | Verdict::Stopped) => {}
            Outcome::All(solved) => {
                say(&words::checked_many(solved, self.catalog.exercises.len()));
            }
        }
        print!("{}", words::keys(terminal::width()));
        Ok(Flow::Continue(()))
    }
}

/// Prints what the course says.
fn say(text: &str) {
    print!("{}", words::hung(text, terminal::width()));
}

/// Prints prose in which there may be code.
fn show(text: &str) {
    print!("{}", words::wrapped(text, terminal::width()));
}

/// The next event, or `None` when `due` has come.
fn wait_until(due: Option<Instant>, events: &Receiver<Event>) -> Result<Option<Event>> {
    let Some(due) = due else {
        return events.recv().map(Some).context("the watcher has ended");
    };
    match events.recv_timeout(due.saturating_duration_since(Instant::now())) {
        Ok(event) => Ok(Some(event)),
        Err(RecvTimeoutError::Timeout) => Ok(None),
        Err(error) => Err(error).context("the watcher has ended"),
    }
}

/// What the learner has written; nothing where that is no file, such as a FIFO, whose reader waits.
fn text(exercise: &Exercise) -> Option<Vec<u8>> {
    let file = exercise.file();
    if file.is_file() { fs::read(file).ok() } else { None }
}
