//! `cargo course` in a terminal: one exercise after the other, checked again on every save.

use std::fs;
use std::io::{self, BufRead};
use std::process::Child;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use notify::{EventKind, RecursiveMode, Watcher};

use crate::catalog::{Catalog, Exercise};
use crate::check;
use crate::cli::BookAction;
use crate::commands;
use crate::progress::Store;
use crate::reader;
use crate::words;

/// How long the files must be quiet after a change; editors save in several steps.
const QUIET: Duration = Duration::from_millis(30);

const KEYS: &str =
    "Save to check again. Or type a letter and Enter: h hint, n next, l list, b book, q quit";

/// What happens while an exercise is open.
enum Event {
    Changed,
    Line(String),
    /// The terminal has gone.
    Closed,
}

/// What to do when an exercise is left.
enum Leave {
    Solved,
    Next,
    Quit,
}

/// The server of the book, ended with this program.
#[derive(Default)]
struct Book(Option<Child>);

impl Drop for Book {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            // Cargo replaces itself by the server (execve(2)), so this ends the server.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Goes from one unsolved exercise to the next until the learner quits or all are solved.
///
/// # Errors
///
/// Fails where the folders cannot be watched, or an exercise cannot be checked.
pub fn watch(catalog: &Catalog, store: &Store) -> Result<()> {
    let (sender, events) = mpsc::channel();
    let _watcher = watch_files(catalog, sender.clone())?;
    thread::spawn(move || read_lines(&sender));

    let mut book = Book::default();
    let mut after: Option<&Exercise> = None;
    while let Some(exercise) = commands::next_unsolved(catalog, store, after)? {
        println!("\n{}", words::task(catalog, exercise)?);
        match open(catalog, store, exercise, &events, &mut book)? {
            Leave::Solved => {
                let next = commands::next_unsolved(catalog, store, Some(exercise))?;
                print!("{}", words::solved(catalog, exercise, next)?);
                after = None;
            }
            Leave::Next => after = Some(exercise),
            Leave::Quit => return Ok(()),
        }
    }
    println!("All {} exercises are solved.", catalog.exercises.len());
    Ok(())
}

fn open(
    catalog: &Catalog,
    store: &Store,
    exercise: &Exercise,
    events: &Receiver<Event>,
    book: &mut Book,
) -> Result<Leave> {
    let mut checked = None;
    loop {
        let text = fs::read(exercise.file()).ok();
        // A change of another file, or one that changed nothing, needs no new check.
        if checked.as_ref() != Some(&text) {
            checked = Some(text);
            if check::check(catalog, exercise, store)? {
                return Ok(Leave::Solved);
            }
            println!("\n{KEYS}");
        }
        match events.recv().context("the watcher has ended")? {
            Event::Changed => while_not_quiet(events),
            Event::Closed => return Ok(Leave::Quit),
            Event::Line(line) => match line.trim() {
                "h" => print!("{}", commands::hint(exercise, store, false)?),
                "n" => return Ok(Leave::Next),
                "l" => print!("{}", words::list(catalog, &store.read()?)?),
                "b" => {
                    *book = Book::default();
                    book.0 = Some(reader::start(catalog, BookAction::Open)?);
                }
                "q" => return Ok(Leave::Quit),
                "" => checked = None,
                _ => println!("{KEYS}"),
            },
        }
    }
}

/// Swallows the changes that belong to one save. A line typed meanwhile is not lost on anyone: it
/// comes again by hand.
fn while_not_quiet(events: &Receiver<Event>) {
    while let Ok(Event::Changed) = events.recv_timeout(QUIET) {}
}

fn watch_files(catalog: &Catalog, events: Sender<Event>) -> Result<impl Watcher + use<>> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| !matches!(event.kind, EventKind::Access(_))) {
            // Nobody listens any more when the program ends.
            let _ = events.send(Event::Changed);
        }
    })
    .context("cannot watch files")?;
    // Folders, since editors save by renaming a new file over the old one.
    for chapter in catalog.chapters() {
        let folder = catalog.root.join("exercises").join(chapter).join("src");
        watcher
            .watch(&folder, RecursiveMode::NonRecursive)
            .with_context(|| format!("cannot watch {}", folder.display()))?;
    }
    Ok(watcher)
}

fn read_lines(events: &Sender<Event>) {
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        if events.send(Event::Line(line)).is_err() {
            return;
        }
    }
    let _ = events.send(Event::Closed);
}
