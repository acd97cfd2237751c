//! Collect lines through a FIFO: many writers come and go, and one reader outlives them all.
//!
//! The tests go green in four steps: `step1` lines arrive, `step2` writers come and go, `step3` the
//! path, `step4` the waits. `cargo test -p streams --test e4_fifo_log step1` runs the first step.

use std::{io, path::Path, path::PathBuf, time::Duration};

/// Why there is no collector, or a line was not sent.
#[derive(Debug)]
pub enum LogError {
    /// Nobody reads the FIFO, or its reader has left before the line was written.
    NoReader,
    /// The line has so many bytes, which is too many for one piece.
    LineTooLong(usize),
    /// At this path is something that is no FIFO, or, for `bind`, one that somebody reads.
    Exists(PathBuf),
    /// Something else failed.
    Io(io::Error),
}

/// The reader of the lines. Dropping it removes the FIFO, but nothing else that has the path by then.
pub struct Collector {/* TODO: what does it need to know? */}

impl Collector {
    /// Makes a FIFO at the path and begins to collect, without waiting for a writer. A FIFO that
    /// nobody reads, such as that of a collector which was killed, is taken over or replaced. What
    /// else is there stays as it is: [`LogError::Exists`]. Two collectors never begin at once.
    pub fn bind(path: &Path) -> Result<Collector, LogError> {
        todo!("make the FIFO {:?}", path.file_name())
    }

    /// The next complete line, without its `\n`; `None` when the timeout is over.
    ///
    /// Where no line is there it sleeps until there is one, also when the last writer has left: the
    /// next one will come. A piece of a line waits for the rest, in later calls too. Bytes that are
    /// no UTF-8 become U+FFFD. A timeout of zero is one look, and [`Duration::MAX`] is never over.
    /// Signals that the caller handles neither end nor prolong the wait.
    pub fn next_line(&mut self, timeout: Duration) -> io::Result<Option<String>> {
        todo!("wait {timeout:?} for a line")
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // TODO: whose file is at the path now?
    }
}

/// Sends a line in one piece, which the lines of no other process tear. SIGPIPE is ignored.
///
/// It sleeps until somebody reads a FIFO at the path, for `wait_for_reader` at most, and then for as
/// long as the FIFO has no room. It makes no file; what is no FIFO `Exists`, and stays as it is.
///
/// # Errors
///
/// Fails as [`LogError`] says. A line that would not fit into `PIPE_BUF` bytes with its end, and one
/// that has a line break in it, [`io::ErrorKind::InvalidInput`], are refused before all else.
pub fn log_line(path: &Path, line: &str, wait_for_reader: Duration) -> Result<(), LogError> {
    todo!("send {line:?} to {path:?}, wait {wait_for_reader:?} for a reader")
}
