//! A process ends in one of two ways, so its status holds an exit code or a signal, never both.
//! The tempting mistake is to make up a code for a process that has none.

use std::io;
use std::os::unix::process::ExitStatusExt;
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
    let status = command.status()?;
    Ok(match status.code() {
        // The kernel keeps the low eight bits of an exit code, so the cast loses nothing.
        Some(code) => Ended::Exited(code as u8),
        None => Ended::Signaled(status.signal().expect("what did not exit, a signal terminated")),
    })
}
