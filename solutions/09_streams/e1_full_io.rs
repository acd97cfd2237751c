//! One call moves some bytes, or none and says why: because of a signal, because it would have to
//! wait, or for good. A cursor counts what is done, and every answer has its own way on.
//!
//! The tempting mistake is to take the common answer for the only one: a blocking write on an idle
//! machine writes everything. Under a signal it stops in the middle, or before the first byte.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;
use nix::unistd::{read, write};

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
    let mut done = 0;
    while done < buf.len() {
        match write(&fd, &buf[done..]) {
            Ok(more) => done += more,
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => sleep(fd.as_fd(), PollFlags::POLLOUT, deadline, done)?,
            Err(errno) => return Err(IoError::Sys { errno, done }),
        }
    }
    Ok(())
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
    let mut done = 0;
    while done < buf.len() {
        match read(&fd, &mut buf[done..]) {
            // The buffer has room, so this is the end of the stream and not a short answer.
            Ok(0) if done == 0 => return Ok(false),
            Ok(0) => return Err(IoError::Eof { got: done }),
            Ok(more) => done += more,
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => sleep(fd.as_fd(), PollFlags::POLLIN, deadline, done)?,
            Err(errno) => return Err(IoError::Sys { errno, done }),
        }
    }
    Ok(true)
}

/// Sleeps until there may be something to do, or a signal was handled. What it is, the next call
/// says: the other side may have gone, too.
fn sleep(
    fd: BorrowedFd<'_>,
    events: PollFlags,
    deadline: Option<Instant>,
    done: usize,
) -> Result<(), IoError> {
    let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    match ppoll(&mut [PollFd::new(fd, events)], left.map(TimeSpec::from_duration), None) {
        Ok(0) => Err(IoError::TimedOut { done }),
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(errno) => Err(IoError::Sys { errno, done }),
    }
}
