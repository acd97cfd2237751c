//! Write all of a buffer, and fill all of one, whatever a descriptor does on the way.

use std::os::fd::AsFd;
use std::time::Instant;

use nix::errno::Errno;

/// Why not all of it was written or read, and how many bytes were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IoError {
    /// The stream has ended within the buffer.
    Eof { got: usize },
    /// The deadline is over, and there is nothing to do but wait.
    TimedOut { done: usize },
    /// The system has refused to go on.
    Sys { errno: Errno, done: usize },
}

/// Writes the whole of `buf`.
///
/// The descriptor may be in blocking or in non-blocking mode, and stays as it is. Signals that the
/// caller handles neither end nor prolong the call. While the descriptor takes nothing, the caller
/// sleeps, and looks again only when something has woken it.
///
/// What can be done without waiting is done, even where the `deadline` is over; `None` never is. A
/// deadline is for a descriptor in non-blocking mode: on another, the system waits as it likes.
/// An empty buffer is done at once.
///
/// # Errors
///
/// Fails as [`IoError`] says. SIGPIPE is ignored, as in every Rust program.
pub fn write_full<F: AsFd>(fd: F, buf: &[u8], deadline: Option<Instant>) -> Result<(), IoError> {
    // TODO: what are the answers that one call of write(2) can give?
    todo!("{} bytes, to an owner of {}, until {deadline:?}", buf.len(), size_of_val(&fd))
}

/// Fills the whole of `buf`; `Ok(false)` means that the stream ended before the first byte.
///
/// All that [`write_full`] promises holds here too.
///
/// # Errors
///
/// Fails as [`IoError`] says.
pub fn read_full<F: AsFd>(
    fd: F,
    buf: &mut [u8],
    deadline: Option<Instant>,
) -> Result<bool, IoError> {
    todo!("{} bytes, from an owner of {}, until {deadline:?}", buf.len(), size_of_val(&fd))
}
