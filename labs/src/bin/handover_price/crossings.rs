//! How often does a task of tokio go on in another thread than the one that has woken it?

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::thread::{self, ThreadId};

use anyhow::Result;
use labs::handover::ball::{Player, players};
use labs::handover::tasks::{on_tokio, tokio_with_two_workers};

use crate::pairs::{TwoCores, beside};

/// Enough for the other thread to wake up, and to get its turn on a busy machine.
const TRIPS: u32 = 100_000;

/// Where the last poll was, and how many were in another thread than the one before.
#[derive(Default)]
struct Crossings {
    last: Option<ThreadId>,
    count: u32,
}

/// A player, and where it is polled.
struct Watched {
    player: Player,
    crossings: Arc<Mutex<Crossings>>,
}

impl Future for Watched {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let here = thread::current().id();
        let mut crossings = self.crossings.lock().unwrap_or_else(PoisonError::into_inner);
        if crossings.last.replace(here).is_some_and(|last| last != here) {
            crossings.count += 1;
        }
        drop(crossings);
        Pin::new(&mut self.player).poll(cx)
    }
}

/// How many of how many hand-overs lead to the other thread.
pub fn counted(two: TwoCores) -> Result<[u32; 2]> {
    let crossings = Arc::new(Mutex::new(Crossings::default()));
    let watched =
        players(TRIPS).map(|player| Watched { player, crossings: Arc::clone(&crossings) });
    beside(two, || on_tokio(&tokio_with_two_workers()?, watched))?;
    let count = crossings.lock().unwrap_or_else(PoisonError::into_inner).count;
    Ok([count, 2 * TRIPS])
}
