//! The ring of exercise 10.4 as a wire. Its ends sleep by a futex, or they try again and again.

use anyhow::{Context, Result, anyhow, ensure};
use crossbeam::utils::Backoff;
use labs::wires::{Kind, ROOM, Receive, Send, Wire, kind, twice};

use crate::e4_spsc_ring::SpscRing;
use crate::given::SharedCell;

pub const RING: Kind = kind("ring", "ring", |_| twice(|| Ok(Ring(SharedCell::anonymous()?))));

/// Its ends never sleep.
pub const BUSY_RING: Kind =
    kind("busy_ring", "busy ring", |_| twice(|| Ok(BusyRing(SharedCell::anonymous()?))));

struct Ring(SharedCell<SpscRing<ROOM>>);

impl Wire for Ring {
    fn sender(&self) -> Result<Send<'_>> {
        let mut tx = self.0.producer().context("the end is taken")?;
        Ok(Box::new(move |message| {
            tx.write_all(message).map_err(|closed| anyhow!("the receiver has gone: {closed:?}"))
        }))
    }

    fn receiver(&self) -> Result<Receive<'_>> {
        let mut rx = self.0.consumer().context("the end is taken")?;
        Ok(Box::new(move |buf| {
            let mut done = 0;
            while done < buf.len() {
                let len = rx.read(&mut buf[done..]);
                ensure!(len > 0, "the sender has gone");
                done += len;
            }
            Ok(())
        }))
    }
}

struct BusyRing(SharedCell<SpscRing<ROOM>>);

impl Wire for BusyRing {
    fn sender(&self) -> Result<Send<'_>> {
        let mut tx = self.0.producer().context("the end is taken")?;
        Ok(Box::new(move |message| {
            step_by_step(message.len(), |done| tx.try_write(&message[done..]));
            Ok(())
        }))
    }

    fn receiver(&self) -> Result<Receive<'_>> {
        let mut rx = self.0.consumer().context("the end is taken")?;
        Ok(Box::new(move |buf| {
            step_by_step(buf.len(), |done| rx.try_read(&mut buf[done..]));
            Ok(())
        }))
    }
}

/// Calls until all is done; `step` gets how much is done, and returns how much it did. Who has got
/// nowhere for a while lets others run.
fn step_by_step(all: usize, mut step: impl FnMut(usize) -> usize) {
    let mut done = 0;
    let backoff = Backoff::new();
    while done < all {
        match step(done) {
            0 => backoff.snooze(),
            len => {
                done += len;
                backoff.reset();
            }
        }
    }
}
