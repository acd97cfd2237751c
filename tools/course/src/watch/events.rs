//! What the watch mode waits for: saved files, pressed keys, verdicts.

use std::io::{self, Read};
use std::sync::mpsc::Sender;
use std::thread;

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, raise};
use notify::{EventKind, RecursiveMode, Watcher};

use super::keys::{self, Key};
use crate::catalog::Catalog;
use crate::check::Verdict;

/// Something happened.
#[derive(Debug)]
pub enum Event {
    /// A file in a folder of exercises changed.
    Changed,
    /// The learner pressed a key.
    Pressed(Key),
    /// The work of this number ended.
    Ended(u64, Result<Outcome>),
    /// A signal asks the program to end.
    Closed,
}

/// What came of the work that goes on beside us.
#[derive(Debug)]
pub enum Outcome {
    /// Of the check of an exercise.
    One(Verdict),
    /// Of the check of all: how many are solved.
    All(usize),
}

/// Reports changes of the learner's files as long as the returned value lives.
///
/// # Errors
///
/// Fails where the folders cannot be watched.
pub fn watch_files(catalog: &Catalog, events: Sender<Event>) -> Result<impl Watcher + use<>> {
    let otherwise = "cannot watch files; `cargo course check` works without";
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| !matches!(event.kind, EventKind::Access(_))) {
            // Nobody listens any more when the program ends.
            let _ = events.send(Event::Changed);
        }
    })
    .context(otherwise)?;
    // Folders, since editors save by renaming a new file over the old one.
    for chapter in catalog.chapters() {
        let folder = catalog.root.join("exercises").join(chapter).join("src");
        watcher.watch(&folder, RecursiveMode::NonRecursive).context(otherwise)?;
    }
    Ok(watcher)
}

/// Reports the keys that the learner presses, and the end of the terminal.
pub fn read_keys(events: Sender<Event>) {
    thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        let mut bytes = [0; 256];
        loop {
            let count = match stdin.read(&mut bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Ok(0) | Err(_) => break,
                Ok(count) => count,
            };
            for key in keys::keys(&bytes[..count]) {
                if events.send(Event::Pressed(key)).is_err() {
                    return;
                }
            }
        }
        // The terminal has gone: whether the kernel's signal or the end of the input is seen first
        // makes no difference to how the program ends.
        let _ = raise(Signal::SIGHUP);
    });
}
