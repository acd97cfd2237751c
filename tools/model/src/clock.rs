//! The clock of a model: it stands still, until the model moves it.

use std::cell::Cell;
use std::panic::Location;
use std::time::Duration;

use crate::history;
use crate::step::Act;
use crate::sync::wake_expired;

thread_local! {
    /// The time since the beginning of the interleaving.
    static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

pub(crate) fn now() -> Duration {
    NOW.get()
}

pub(crate) fn reset() {
    NOW.set(Duration::ZERO);
}

/// Moves the clock of the model, and ends the waits whose time is out. Returns how many those were.
#[track_caller]
pub fn advance(by: Duration) -> usize {
    let place = Location::caller();
    NOW.set(NOW.get().saturating_add(by));
    let ended = wake_expired();
    history::note(place, Act::Advance(by, ended));
    ended
}
