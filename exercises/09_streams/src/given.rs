//! Supplied: how a program has ended, and what a queue of jobs takes and gives.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use nix::errno::Errno;

/// How a program has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It has exited with this code.
    Exited(u8),
    /// The signal of this number has ended it.
    Signaled(i32),
}

impl From<ExitStatus> for Outcome {
    /// What the status of a child tells, which [`Child::wait`](std::process::Child::wait) returns.
    fn from(status: ExitStatus) -> Outcome {
        match status.signal() {
            Some(signal) => Outcome::Signaled(signal),
            // The code is the second byte of the status (wait(2)).
            None => Outcome::Exited((status.into_raw() >> 8) as u8),
        }
    }
}

/// What becomes of a queue that has the name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// It is discarded, with its messages. Where no new one can be made, it may be gone or still there.
    Fresh,
    /// It is kept, with its messages, its capacity and its longest body.
    Resume,
    /// It is a reason to fail, and stays as it is.
    Exclusive,
}

/// Why a queue did not do what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueError {
    /// The body has more bytes than a message of this queue may have.
    TooLong {
        /// The most bytes that a body may have.
        max: usize,
    },
    /// Nothing has come, or no room, until the timeout was over.
    TimedOut,
    /// The system refuses.
    Sys(Errno),
}

/// A message of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The higher it is, the sooner the message is received.
    pub priority: u32,
    /// What was sent.
    pub body: Vec<u8>,
}
