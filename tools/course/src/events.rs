//! What the watch mode waits for: saved files, typed lines, verdicts.

use std::io;
use std::sync::mpsc::Sender;
use std::thread;

use anyhow::{Context, Result};
use notify::{EventKind, RecursiveMode, Watcher};

use crate::catalog::Catalog;
use crate::check::Verdict;

/// Something happened.
#[derive(Debug)]
pub enum Event {
    /// A file in a folder of exercises changed.
    Changed,
    /// The learner typed a line.
    Line(String),
    /// The check of this number ended.
    Checked(u64, Result<Verdict>),
    /// The terminal has gone, or a signal asks the program to end.
    Closed,
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

/// Reports the lines that the learner types, and the end of the terminal.
pub fn read_lines(events: Sender<Event>) {
    thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            if events.send(Event::Line(line)).is_err() {
                return;
            }
        }
        let _ = events.send(Event::Closed);
    });
}
