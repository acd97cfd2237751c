//! `cargo course` in a terminal: one exercise after the other, checked again on every save.

use std::fs;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::catalog::{Catalog, Exercise};
use crate::check::{Verdict, check};
use crate::commands::next_unsolved;
use crate::events::{self, Event};
use crate::progress::Store;
use crate::reader::Served;
use crate::record::Record;
use crate::signals::on_signal;
use crate::stop::Stop;
use crate::{aid, words};

/// How long the files must be quiet after a change; editors save in several steps.
const QUIET: Duration = Duration::from_millis(30);

/// Why an exercise is left.
enum Leave {
    Solved,
    Next,
    Quit,
}

/// What goes on around the exercises.
struct Session<'scope, 'env> {
    catalog: &'env Catalog,
    store: &'env Store,
    events: Receiver<Event>,
    sender: Sender<Event>,
    scope: &'scope Scope<'scope, 'env>,
    checks: u64,
    book: Option<Served>,
}

/// A check that goes on beside us; it ends with the value.
struct Running {
    number: u64,
    /// The learner's file when it began, or `None` where there is none.
    text: Option<Vec<u8>>,
    stop: Stop,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

/// Goes from one unsolved exercise to the next until the learner quits or all are solved.
///
/// # Errors
///
/// Fails where the folders cannot be watched, or an exercise cannot be checked.
pub fn watch(catalog: &Catalog, store: &Store) -> Result<()> {
    let (sender, events) = mpsc::channel();
    let _watcher = events::watch_files(catalog, sender.clone())?;
    events::read_lines(sender.clone());
    let signals = sender.clone();
    let guard = on_signal(move || {
        // Where nobody listens, the program is ending already.
        let _ = signals.send(Event::Closed);
    })?;
    let result = thread::scope(|scope| {
        Session { catalog, store, events, sender, scope, checks: 0, book: None }.go()
    });
    guard.end_by_signal();
    result
}

impl<'scope, 'env> Session<'scope, 'env> {
    fn go(&mut self) -> Result<()> {
        let mut after: Option<&Exercise> = None;
        while let Some(exercise) = next_unsolved(self.catalog, self.store, after)? {
            println!("\n{}", words::task(self.catalog, exercise)?);
            match self.open(exercise)? {
                Leave::Solved => {
                    let next = next_unsolved(self.catalog, self.store, Some(exercise))?;
                    print!("{}", words::solved(self.catalog, exercise, next));
                    after = Some(exercise);
                }
                Leave::Next => after = Some(exercise),
                Leave::Quit => return Ok(()),
            }
        }
        print!("{}", words::all_solved(self.catalog));
        Ok(())
    }

    fn open(&mut self, exercise: &'env Exercise) -> Result<Leave> {
        let mut running = self.start(exercise);
        let mut due: Option<Instant> = None;
        loop {
            let Some(event) = self.wait_until(due)? else {
                due = None;
                // A change of another file, or one that changed nothing, needs no new check.
                if fs::read(exercise.file()).ok() != running.text {
                    print!("{}", words::again(exercise));
                    running = self.start_again(exercise, &running);
                }
                continue;
            };
            match event {
                Event::Changed => due = Some(Instant::now() + QUIET),
                Event::Checked(number, verdict) if number == running.number => match verdict {
                    Ok(Verdict::Solved) => return Ok(Leave::Solved),
                    Ok(Verdict::NotSolved) => print!("{}", words::keys()),
                    Ok(Verdict::Stopped) => {}
                    // Such as a manifest that is broken for a moment: the next save may mend it.
                    Err(error) => print!("\nerror: {error:#}\n{}", words::keys()),
                },
                // The verdict on an older text.
                Event::Checked(..) => {}
                Event::Closed => return Ok(Leave::Quit),
                Event::Line(line) => match line.trim() {
                    "" => running = self.start_again(exercise, &running),
                    "h" => print!("{}", aid::hint(exercise, self.store, false)?),
                    "n" => return Ok(Leave::Next),
                    "l" => self.list()?,
                    "b" => {
                        // First the old one, which may hold the port.
                        self.book = None;
                        self.book = Some(Served::open(self.catalog)?);
                    }
                    "q" => return Ok(Leave::Quit),
                    _ => print!("{}", words::keys()),
                },
            }
        }
    }

    fn list(&self) -> Result<()> {
        let progress = self.store.read()?;
        let of = |exercise| Record::of(self.catalog, exercise, &progress);
        let records: Vec<Record> = self.catalog.exercises.iter().map(of).collect();
        print!("{}", words::list(&records));
        Ok(())
    }

    /// The next event, or `None` when `due` has come.
    fn wait_until(&self, due: Option<Instant>) -> Result<Option<Event>> {
        let Some(due) = due else {
            return self.events.recv().map(Some).context("the watcher has ended");
        };
        match self.events.recv_timeout(due.saturating_duration_since(Instant::now())) {
            Ok(event) => Ok(Some(event)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(error) => Err(error).context("the watcher has ended"),
        }
    }

    fn start_again(&mut self, exercise: &'env Exercise, running: &Running) -> Running {
        // First, since Cargo lets only one build at a time.
        running.stop.stop();
        self.start(exercise)
    }

    /// Checks the exercise beside us, and tells of it in an event.
    fn start(&mut self, exercise: &'env Exercise) -> Running {
        self.checks += 1;
        let (number, stop) = (self.checks, Stop::default());
        let text = fs::read(exercise.file()).ok();
        let (catalog, store) = (self.catalog, self.store);
        let (sender, stopper) = (self.sender.clone(), stop.clone());
        self.scope.spawn(move || {
            let verdict = check(catalog, exercise, store, &stopper);
            // Where nobody listens, the learner has quit.
            let _ = sender.send(Event::Checked(number, verdict));
        });
        Running { number, text, stop }
    }
}
