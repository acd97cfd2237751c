//! Supplied: how a program has ended.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

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
