//! A pipe ends when its last writing end is closed, whoever holds it.
//!
//! The tempting mistake is to keep the end from which the others were copied: the reader then waits
//! for itself. The next one is to wait for the threads first and to read afterwards, which works
//! until somebody says more than the pipe holds.

use std::io::{self, PipeWriter, Read};
use std::thread;

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
    let (mut reader, writer) = io::pipe()?;
    // All ends are there before the first speaker starts: on the way out through an error nobody
    // speaks to a reader that is gone.
    let ends = speakers.iter().map(|_| writer.try_clone()).collect::<io::Result<Vec<_>>>()?;
    drop(writer);

    let mut heard = Vec::new();
    thread::scope(|scope| {
        for (speaker, end) in speakers.into_iter().zip(ends) {
            scope.spawn(move || speaker(end));
        }
        reader.read_to_end(&mut heard)
    })?;
    Ok(heard)
}
