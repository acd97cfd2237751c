//! Pipes other than the usual one: one with more room, and one to which the sender lends its pages by
//! vmsplice(2), so that only the receiver copies.

use std::fs::File;
use std::io::{self, IoSlice};

use anyhow::{Context, Result, ensure};
use labs::wires::{Kind, PAGE, Receive, Send, Stream, Wire, kind, twice};
use nix::fcntl::{FcntlArg, SpliceFFlags, fcntl, vmsplice};

/// As much as anybody may ask for, unless the system says otherwise.
const MUCH_ROOM: i32 = 1 << 20;

pub const WIDE: Kind = kind("wide_pipe", "pipe, 1 MiB", |_| {
    twice(|| {
        let pipe = pipe()?;
        fcntl(pipe.tx(), FcntlArg::F_SETPIPE_SZ(MUCH_ROOM))
            .context("see what /proc/sys/fs/pipe-max-size allows")?;
        Ok(pipe)
    })
});

pub const LENT: Kind = kind("vmsplice", "pipe, vmsplice", |_| twice(|| Ok(Lent(pipe()?))));

fn pipe() -> Result<Stream> {
    let (rx, tx) = io::pipe()?;
    Ok(Stream::new(rx, tx))
}

struct Lent(Stream);

impl Wire for Lent {
    fn sender(&self) -> Result<Send<'_>> {
        Ok(Box::new(|message| {
            let mut rest = message;
            while !rest.is_empty() {
                let lent = vmsplice(self.0.tx(), &[IoSlice::new(rest)], SpliceFFlags::empty())?;
                ensure!(lent > 0, "the pipe takes nothing");
                rest = &rest[lent..];
            }
            Ok(())
        }))
    }

    fn receiver(&self) -> Result<Receive<'_>> {
        self.0.receiver()
    }

    /// Each message takes one place in the pipe or more, and the pipe is a ring of places: whoever has put
    /// as many pages into it as there are places knows that what was there before has been copied out.
    fn must_follow(&self, size: usize) -> Result<usize> {
        Ok(places(self.0.tx())?.div_ceil(size.div_ceil(PAGE)))
    }
}

/// How many pages, or parts of pages, a pipe holds.
fn places(pipe: &File) -> Result<usize> {
    Ok(usize::try_from(fcntl(pipe, FcntlArg::F_GETPIPE_SZ)?)?.div_ceil(PAGE))
}
