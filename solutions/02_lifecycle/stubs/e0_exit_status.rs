//! Run a program and say how it ended.

use std::io;
use std::process::Command;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It left by itself, with this exit status.
    Exited(u8),
    /// A signal of this number ended it.
    Killed(i32),
}

/// Runs `command`, waits for it, and says how it ended.
///
/// # Errors
///
/// Fails where the program cannot be started.
pub fn ended(command: &mut Command) -> io::Result<Ended> {
    // TODO: run the command, then tell an exit from a death by signal.
    todo!("run {command:?}")
}
