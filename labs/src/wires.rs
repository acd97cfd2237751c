//! What carries messages from one process to another. It is made before the fork, and both inherit it.

mod named;
mod queue;
mod shared;
mod slots;
mod streams;

use std::time::Duration;

use anyhow::{Result, bail};
use labkit::Lab;

pub use streams::Stream;

/// Sends the message, and waits until there is room for it.
pub type Send<'a> = Box<dyn FnMut(&[u8]) -> Result<()> + 'a>;

/// Waits for a message, which has the length of the buffer.
pub type Receive<'a> = Box<dyn FnMut(&mut [u8]) -> Result<()> + 'a>;

/// Something that carries messages of one size in one direction.
pub trait Wire {
    /// The end that sends: once, for both processes.
    ///
    /// # Errors
    ///
    /// Fails where the end is taken.
    fn sender(&self) -> Result<Send<'_>>;

    /// The end that receives: once, for both processes.
    ///
    /// # Errors
    ///
    /// Fails where the end is taken.
    fn receiver(&self) -> Result<Receive<'_>>;

    /// How many messages of this size have to follow one before its sender may change it: none where
    /// bytes are copied when they are sent.
    ///
    /// # Errors
    ///
    /// Fails where the system does not tell.
    fn must_follow(&self, _size: usize) -> Result<usize> {
        Ok(0)
    }
}

/// There and back.
pub type Pair = [Box<dyn Wire>; 2];

/// A kind of wire.
#[derive(Clone, Copy)]
pub struct Kind {
    /// What its variants are named after.
    pub name: &'static str,
    /// What the page calls it.
    pub label: &'static str,
    /// The largest message that it takes, in bytes, where there is a limit.
    pub largest: Option<usize>,
    /// Makes two for messages of a size.
    pub pair: fn(usize) -> Result<Pair>,
}

/// How much memory that is shared holds, in bytes: as much as a pipe.
pub const ROOM: usize = 64 << 10;

/// The smallest page of every Linux machine.
pub const PAGE: usize = 4_096;

/// Those that no lab has for itself.
pub const KINDS: [Kind; 7] = [
    kind("pipe", "pipe", |_| twice(streams::pipe)),
    kind("fifo", "FIFO", |_| twice(streams::fifo)),
    // What it takes unless the system says otherwise.
    Kind {
        largest: Some(8 << 10),
        ..kind("queue", "POSIX queue", |size| twice(|| queue::Queue::new(size)))
    },
    kind("stream", "Unix stream", |_| streams::unix()),
    // What the buffer of the socket takes.
    Kind {
        largest: Some(64 << 10),
        ..kind("seqpacket", "Unix seqpacket", |_| streams::seqpacket())
    },
    kind("tcp", "TCP, loopback", |_| streams::tcp()),
    kind("eventfd", "memory, eventfd", |size| twice(|| slots::Slots::new(size))),
];

/// A kind that takes messages of any size.
pub const fn kind(
    name: &'static str,
    label: &'static str,
    pair: fn(usize) -> Result<Pair>,
) -> Kind {
    Kind { name, label, largest: None, pair }
}

/// Two of a kind that carries in one direction alone.
///
/// # Errors
///
/// Fails where one cannot be made.
pub fn twice<W: Wire + 'static>(make: impl Fn() -> Result<W>) -> Result<Pair> {
    Ok([Box::new(make()?), Box::new(make()?)])
}

/// Those of the kinds that the system has.
///
/// # Errors
///
/// Fails where one is lacking and pages are to be recorded, since they tell of all.
pub fn available(lab: &Lab, kinds: impl IntoIterator<Item = Kind>) -> Result<Vec<Kind>> {
    let mut available = Vec::new();
    for kind in kinds {
        match (kind.pair)(kind.largest.unwrap_or(PAGE)) {
            Ok(_) => available.push(kind),
            Err(reason) if lab.is_recorded() => {
                bail!("the pages tell of {} too, which is lacking: {reason:#}", kind.label)
            }
            Err(reason) => eprintln!("without {}: {reason:#}", kind.label),
        }
    }
    Ok(available)
}

/// A time in microseconds, all in one unit, so that a table can be read down.
#[must_use]
pub fn micros(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    let decimals = match micros {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    format!("{micros:.decimals$}\u{a0}µs")
}
