//! Let several threads speak into one pipe, and read until the last end is closed.

use std::io::{self, PipeWriter};

/// What writes into the pipe by the end that it is given.
pub type Speaker = Box<dyn FnOnce(PipeWriter) + Send>;

/// Calls each speaker, on a thread of its own, with a writing end of one pipe that all of them
/// share, and returns what was written into that pipe, in the order in which it was written.
///
/// The speakers run at the same time, and may wait for each other. What they write may be nothing,
/// or more than the pipe holds. An end may be closed sooner than its speaker returns, or later: a
/// speaker may hand it on to somebody else. `gather` returns when every writing end is closed and
/// every speaker has returned. It leaves no descriptor open.
///
/// # Errors
///
/// Fails where the system gives no pipe, or no further end of it.
pub fn gather(speakers: Vec<Speaker>) -> io::Result<Vec<u8>> {
    // TODO: make the pipe, start the speakers, read until nobody can write any more.
    todo!("listen to {} speakers", speakers.len())
}
