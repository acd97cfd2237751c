//! Wires that are files to read from and to write to: pipes, FIFOs, and sockets.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use anyhow::{Context, Result};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};

use super::{Pair, Receive, Send, Wire, named};

/// A file for each end.
pub struct Stream {
    rx: File,
    tx: File,
}

impl Stream {
    /// From the end to read from, and the one to write to.
    pub fn new(rx: impl Into<OwnedFd>, tx: impl Into<OwnedFd>) -> Stream {
        Stream { rx: rx.into().into(), tx: tx.into().into() }
    }

    /// The end to write to.
    pub fn tx(&self) -> &File {
        &self.tx
    }
}

impl Wire for Stream {
    fn sender(&self) -> Result<Send<'_>> {
        let mut tx = &self.tx;
        Ok(Box::new(move |message| Ok(tx.write_all(message)?)))
    }

    fn receiver(&self) -> Result<Receive<'_>> {
        let mut rx = &self.rx;
        Ok(Box::new(move |buf| Ok(rx.read_exact(buf)?)))
    }
}

pub(super) fn pipe() -> Result<Stream> {
    let (rx, tx) = io::pipe()?;
    Ok(Stream::new(rx, tx))
}

pub(super) fn fifo() -> Result<Stream> {
    let (rx, tx) = named::fifo()?;
    Ok(Stream::new(rx, tx))
}

pub(super) fn unix() -> Result<Pair> {
    let (ours, theirs) = UnixStream::pair()?;
    both_ways(ours.into(), theirs.into())
}

/// Packets of a socket stay apart: a read gets one, whole.
pub(super) fn seqpacket() -> Result<Pair> {
    let (kind, flags) = (SockType::SeqPacket, SockFlag::SOCK_CLOEXEC);
    let (ours, theirs) = socketpair(AddressFamily::Unix, kind, None, flags)?;
    both_ways(ours, theirs)
}

/// A connection of this machine to itself, which sends what it has at once.
pub(super) fn tcp() -> Result<Pair> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen")?;
    let ours = TcpStream::connect(listener.local_addr()?).context("cannot connect")?;
    let (theirs, _) = listener.accept()?;
    for end in [&ours, &theirs] {
        end.set_nodelay(true)?;
    }
    both_ways(ours.into(), theirs.into())
}

/// A socket carries in both directions.
fn both_ways(ours: OwnedFd, theirs: OwnedFd) -> Result<Pair> {
    let there = Stream::new(theirs.try_clone()?, ours.try_clone()?);
    Ok([Box::new(there), Box::new(Stream::new(ours, theirs))])
}
