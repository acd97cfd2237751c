//! Notices that a source of the book has changed.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anyhow::{Context, Result};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

/// The folders whose files the pages are made from.
const FOLDERS: [&str; 5] = ["book", "exercises", "labs", "listings", "solutions"];

/// The files that matter in the folder of the workspace itself.
const FILES: [&str; 2] = ["book.toml", "Cargo.toml"];

/// An editor saves in several steps; a change is over when nothing has happened for this long.
const QUIET: Duration = Duration::from_millis(100);

/// The changes of the sources.
pub struct Changes {
    events: Receiver<notify::Result<Event>>,
    root: PathBuf,
    /// Dropping it would end the events.
    _watcher: RecommendedWatcher,
}

impl Changes {
    /// Begins to watch the workspace `root`.
    ///
    /// # Errors
    ///
    /// Fails where the system refuses, as it does where too many files are watched already.
    pub fn of(root: &Path) -> Result<Changes> {
        let (sender, events) = channel();
        let mut watcher = notify::recommended_watcher(sender).context("cannot watch files")?;
        let mut watch = |path: &Path, mode| {
            watcher.watch(path, mode).with_context(|| {
                let hint = "raise fs.inotify.max_user_watches if it is too low";
                format!("cannot watch {}; {hint}", path.display())
            })
        };
        watch(root, RecursiveMode::NonRecursive)?;
        for folder in FOLDERS.map(|folder| root.join(folder)) {
            if folder.is_dir() {
                watch(&folder, RecursiveMode::Recursive)?;
            }
        }
        Ok(Changes { events, root: root.to_owned(), _watcher: watcher })
    }

    /// Waits for a change, and for its end.
    ///
    /// # Errors
    ///
    /// Fails where watching has ended.
    pub fn wait(&self) -> Result<()> {
        while !self.matters(&self.events.recv().context("the files are no longer watched")?) {}
        while self.events.recv_timeout(QUIET).is_ok() {}
        Ok(())
    }

    fn matters(&self, event: &notify::Result<Event>) -> bool {
        // After an error, such as an overflow, nobody knows what has changed.
        let Ok(event) = event else { return true };
        // Rendering reads the files, which is an event as well.
        !event.kind.is_access()
            && (event.need_rescan() || event.paths.iter().any(|path| self.is_source(path)))
    }

    fn is_source(&self, path: &Path) -> bool {
        let beside = path == self.root || path.parent() == Some(&self.root);
        !beside || FILES.iter().any(|name| path.ends_with(name))
    }
}
