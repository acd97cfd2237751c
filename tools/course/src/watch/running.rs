//! The check that goes on beside the session.

use std::sync::mpsc::Sender;
use std::thread::Scope;

use anyhow::Result;

use super::events::{Event, Outcome};
use crate::catalog::{Catalog, Exercise};
use crate::check::check;
use crate::commands::check::every;
use crate::progress::Store;
use crate::stop::Stop;

/// Work that goes on; it ends with the value.
pub struct Running {
    /// Tells its outcome from those of earlier works.
    pub number: u64,
    stop: Stop,
}

/// What is to be checked.
#[derive(Clone, Copy)]
pub enum What<'a> {
    One(&'a Exercise),
    All,
}

impl Running {
    /// Checks, and tells of it in an event.
    pub fn start<'scope, 'env>(
        scope: &'scope Scope<'scope, 'env>,
        number: u64,
        (catalog, store): (&'env Catalog, &'env Store),
        what: What<'env>,
        events: Sender<Event>,
    ) -> Running {
        let stop = Stop::default();
        let stopper = stop.clone();
        scope.spawn(move || {
            let outcome: Result<Outcome> = match what {
                What::One(exercise) => check(catalog, exercise, store, &stopper).map(Outcome::One),
                What::All => every(catalog, store, &stopper).map(Outcome::All),
            };
            // Where nobody listens, the learner has quit.
            let _ = events.send(Event::Ended(number, outcome));
        });
        Running { number, stop }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.stop();
    }
}
