//! What carries messages from one process to another. It is made before the fork, and both inherit it.

use std::fs::File;
use std::io::{Read, Write, pipe};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use anyhow::{Context, Result, anyhow, ensure};
use crossbeam::utils::Backoff;
use nix::mqueue::{mq_receive, mq_send};

use crate::e4_spsc_ring::{Consumer, Producer, SpscRing};
use crate::given::SharedCell;
use crate::named::{Queue, fifo};

/// The room of the ring in bytes: that of a pipe.
const ROOM: usize = 64 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Pipe,
    Fifo,
    Socket,
    Queue,
    Ring,
    /// A ring whose ends try again and again.
    BusyRing,
}

/// Both ends of something that carries messages of one size.
pub enum Wire {
    /// For reading and for writing.
    Stream(File, File),
    Queue(Queue),
    Ring(SharedCell<SpscRing<ROOM>>),
    BusyRing(SharedCell<SpscRing<ROOM>>),
}

impl Wire {
    pub fn new(kind: Kind, size: usize) -> Result<Wire> {
        let stream = |rx: OwnedFd, tx: OwnedFd| Wire::Stream(rx.into(), tx.into());
        Ok(match kind {
            Kind::Pipe => {
                let (rx, tx) = pipe()?;
                stream(rx.into(), tx.into())
            }
            Kind::Fifo => {
                let (rx, tx) = fifo()?;
                Wire::Stream(rx, tx)
            }
            Kind::Socket => {
                let (rx, tx) = UnixStream::pair()?;
                stream(rx.into(), tx.into())
            }
            Kind::Queue => Wire::Queue(Queue::new(size)?),
            Kind::Ring => Wire::Ring(SharedCell::anonymous()?),
            Kind::BusyRing => Wire::BusyRing(SharedCell::anonymous()?),
        })
    }

    /// The end that sends: once, for both processes.
    pub fn sender(&self) -> Result<Sender<'_>> {
        Ok(match self {
            Wire::Stream(_, tx) => Sender::Stream(tx),
            Wire::Queue(queue) => Sender::Queue(queue),
            Wire::Ring(ring) => Sender::Ring(ring.producer().context("the end is taken")?),
            Wire::BusyRing(ring) => Sender::BusyRing(ring.producer().context("the end is taken")?),
        })
    }

    /// The end that receives: once, for both processes.
    pub fn receiver(&self) -> Result<Receiver<'_>> {
        Ok(match self {
            Wire::Stream(rx, _) => Receiver::Stream(rx),
            Wire::Queue(queue) => Receiver::Queue(queue),
            Wire::Ring(ring) => Receiver::Ring(ring.consumer().context("the end is taken")?),
            Wire::BusyRing(ring) => {
                Receiver::BusyRing(ring.consumer().context("the end is taken")?)
            }
        })
    }
}

pub enum Sender<'a> {
    Stream(&'a File),
    Queue(&'a Queue),
    Ring(Producer<'a, ROOM>),
    BusyRing(Producer<'a, ROOM>),
}

impl Sender<'_> {
    /// Sends the message, and waits until there is room for it.
    pub fn send(&mut self, message: &[u8]) -> Result<()> {
        match self {
            Sender::Stream(tx) => Ok(tx.write_all(message)?),
            Sender::Queue(queue) => Ok(mq_send(queue.open(), message, 0)?),
            Sender::Ring(tx) => {
                tx.write_all(message).map_err(|closed| anyhow!("the receiver has gone: {closed:?}"))
            }
            Sender::BusyRing(tx) => {
                step_by_step(message.len(), |done| tx.try_write(&message[done..]));
                Ok(())
            }
        }
    }
}

pub enum Receiver<'a> {
    Stream(&'a File),
    Queue(&'a Queue),
    Ring(Consumer<'a, ROOM>),
    BusyRing(Consumer<'a, ROOM>),
}

impl Receiver<'_> {
    /// Waits for a message, which has the length of the buffer.
    pub fn receive(&mut self, buf: &mut [u8]) -> Result<()> {
        match self {
            Receiver::Stream(rx) => rx.read_exact(buf)?,
            Receiver::Queue(queue) => {
                let len = mq_receive(queue.open(), buf, &mut 0)?;
                ensure!(len == buf.len(), "a message has {len} bytes, not {}", buf.len());
            }
            Receiver::Ring(rx) => {
                let mut done = 0;
                while done < buf.len() {
                    let len = rx.read(&mut buf[done..]);
                    ensure!(len > 0, "the sender has gone");
                    done += len;
                }
            }
            Receiver::BusyRing(rx) => step_by_step(buf.len(), |done| rx.try_read(&mut buf[done..])),
        }
        Ok(())
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
