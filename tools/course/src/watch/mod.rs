//! `cargo course` in a terminal: one exercise after the other, checked again on every save.

mod events;
mod keys;
mod running;
mod session;

use std::sync::mpsc;
use std::thread;

use anyhow::Result;

use crate::catalog::Catalog;
use crate::commands::next_unsolved;
use crate::progress::Store;
use crate::signals::on_signal;
use crate::terminal::SingleKeys;
use crate::words;
use events::Event;
use session::Session;

/// Goes from one unsolved exercise to the next until the learner quits.
///
/// # Errors
///
/// Fails where the terminal cannot be used, or the folders cannot be watched.
pub fn watch(catalog: &Catalog, store: &Store) -> Result<()> {
    let Some(first) = next_unsolved(catalog, store, None)? else {
        print!("{}", words::all_solved(catalog));
        return Ok(());
    };
    let (sender, events) = mpsc::channel();
    let _watcher = events::watch_files(catalog, sender.clone())?;
    let keys = SingleKeys::new()?;
    let (modes, signals) = (keys.modes(), sender.clone());
    let guard = on_signal(move || {
        // First, since what follows may take longer than the program has.
        modes.end();
        // Where nobody listens, the program is ending already.
        let _ = signals.send(Event::Closed);
    })?;
    events::read_keys(sender.clone());
    let result =
        thread::scope(|scope| Session::new(catalog, store, scope, sender).go(first, &events));
    drop(keys);
    guard.end_by_signal();
    result
}
