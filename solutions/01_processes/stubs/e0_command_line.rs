//! Tell a program from a process that runs it.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

/// The file of the program that the process `pid` runs now.
///
/// This is the target of the link `/proc/PID/exe`, as the kernel tells it: an absolute path, any
/// bytes but NUL. Where the file has been removed since, ` (deleted)` stands behind the path.
///
/// # Errors
///
/// Fails with the error of the system call that failed, which is [`io::ErrorKind::NotFound`] where
/// there is no such process, and also where it is a zombie, which runs no program any more.
pub fn program(pid: u32) -> io::Result<PathBuf> {
    // TODO: ask where the link leads.
    todo!("find the program of a process (is its PID given? {})", pid > 0)
}

/// The arguments of the process `pid`, all of them; the first is the name that its program was
/// called by. They are those of its start, unless it has written others in their place.
///
/// They stand in `/proc/PID/cmdline`, one after the other, each with a NUL byte behind it. An
/// argument may be empty, may hold spaces and line breaks, and need not be UTF-8. The file of a
/// zombie is empty: it has no arguments any more, which is no error.
///
/// # Errors
///
/// Fails with the error of the system call that failed, which is [`io::ErrorKind::NotFound`] where
/// there is no such process, or `ESRCH` if it went when the file had been opened.
pub fn arguments(pid: u32) -> io::Result<Vec<OsString>> {
    todo!("list the arguments of process {pid}")
}
