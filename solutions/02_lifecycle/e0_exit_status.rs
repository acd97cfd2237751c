//! A status holds an exit code or a signal, never both.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Exited(u8),
    Killed(i32),
}

pub fn ended(command: &mut Command) -> io::Result<Ended> {
    let status = command.status()?;
    Ok(match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exited(code as u8),
        (None, Some(signal)) => Ended::Killed(signal),
        (None, None) => unreachable!("a process that was waited for has ended"),
    })
}
