//! A pipe that holds little, and what the system says of it.

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::{AsFd, AsRawFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;

/// A pipe that holds one page.
pub fn small_pipe() -> (PipeReader, PipeWriter) {
    let (reader, writer) = io::pipe().unwrap();
    fcntl(&writer, FcntlArg::F_SETPIPE_SZ(4_096)).unwrap();
    (reader, writer)
}

/// How many bytes are in it now.
pub fn bytes_in(end: impl AsFd) -> usize {
    let mut count: libc::c_int = 0;
    // SAFETY: the descriptor is open, and the call writes one integer.
    let answer = unsafe { libc::ioctl(end.as_fd().as_raw_fd(), libc::FIONREAD, &mut count) };
    assert_eq!(answer, 0, "the system says how much is in a pipe");
    count as usize
}

/// Whether a call waits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mode {
    Blocking,
    NonBlocking,
}

impl Mode {
    pub const BOTH: [Mode; 2] = [Mode::Blocking, Mode::NonBlocking];

    pub fn set(self, end: impl AsFd) {
        let mut flags = flags(&end);
        flags.set(OFlag::O_NONBLOCK, self == Mode::NonBlocking);
        fcntl(end, FcntlArg::F_SETFL(flags)).unwrap();
    }

    pub fn of(end: impl AsFd) -> Mode {
        match flags(end).contains(OFlag::O_NONBLOCK) {
            true => Mode::NonBlocking,
            false => Mode::Blocking,
        }
    }
}

fn flags(end: impl AsFd) -> OFlag {
    OFlag::from_bits_retain(fcntl(end, FcntlArg::F_GETFL).unwrap())
}
