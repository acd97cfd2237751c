//! Run a program and say how it ended.

use std::io;
use std::process::Command;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It exited, with this exit code.
    Exited(u8),
    /// The signal of this number terminated it.
    Signaled(i32),
}

/// Runs the program of `command`, waits until it has ended, and says how it ended.
///
/// What the program prints is not captured: it goes where the caller prints, unless `command` says
/// otherwise.
///
/// # Errors
///
/// Fails where the program cannot be started.
pub fn run(command: &mut Command) -> io::Result<Ended> {
    // TODO: run the program and wait for it, then tell an exit from a death by signal.
    todo!("run {command:?} and say how it ended")
}
