//! A reader that is its own writer: a stream ends when the last writer leaves, and this one stays.
//!
//! The tempting mistake is to open the FIFO for reading alone. When the last writer has left, every
//! read returns 0 at once, and who opens it again loses what was written in between. On Linux one
//! descriptor may be both ends (fifo(7)). The writers ask without waiting whether anybody reads.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, Flock, FlockArg, OFlag, fcntl};
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

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
pub struct Collector {
    path: PathBuf,
    /// Both ends of the FIFO. The lock goes with them.
    fifo: Flock<File>,
    /// What has been read and not been returned.
    read: Vec<u8>,
}

impl Collector {
    /// Makes a FIFO at the path and begins to collect, without waiting for a writer. A FIFO that
    /// nobody reads, such as that of a collector which was killed, is taken over or replaced. What
    /// else is there stays as it is: [`LogError::Exists`]. Two collectors never begin at once.
    pub fn bind(path: &Path) -> Result<Collector, LogError> {
        loop {
            match mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR) {
                Ok(()) => {}
                Err(Errno::EEXIST) if nobody_reads(path)? => {}
                Err(Errno::EEXIST) => return Err(LogError::Exists(path.to_owned())),
                Err(error) => return Err(LogError::Io(error.into())),
            }
            let both =
                OpenOptions::new().read(true).write(true).custom_flags(libc::O_NONBLOCK).open(path);
            let fifo = both.map_err(LogError::Io)?;
            // Another collector may have looked at the same time, and found the same.
            let Ok(fifo) = Flock::lock(fifo, FlockArg::LockExclusiveNonblock) else {
                return Err(LogError::Exists(path.to_owned()));
            };
            let collector = Collector { path: path.to_owned(), fifo, read: Vec::new() };
            // It may have been removed before it was locked: then there is another one, or none.
            if collector.has_its_path().map_err(LogError::Io)? {
                return Ok(collector);
            }
        }
    }

    /// The next complete line, without its `\n`; `None` when the timeout is over.
    ///
    /// Where no line is there it sleeps until there is one, also when the last writer has left: the
    /// next one will come. A piece of a line waits for the rest, in later calls too. Bytes that are
    /// no UTF-8 become U+FFFD. A timeout of zero is one look, and [`Duration::MAX`] is never over.
    /// Signals that the caller handles neither end nor prolong the wait.
    pub fn next_line(&mut self, timeout: Duration) -> io::Result<Option<String>> {
        // Where the sum is too large for a clock, the deadline never comes.
        let deadline = Instant::now().checked_add(timeout);
        let mut is_over = false;
        loop {
            if let Some(end) = self.read.iter().position(|&byte| byte == b'\n') {
                let line = String::from_utf8_lossy(&self.read[..end]).into_owned();
                self.read.drain(..=end);
                return Ok(Some(line));
            }
            if is_over {
                return Ok(None);
            }
            let left = time_left(deadline);
            // There is one more look when the time is over.
            is_over = left == Some(Duration::ZERO);
            self.read_within(left)?;
        }
    }

    /// Sleeps until there is something to read, or for this time, and reads it.
    fn read_within(&mut self, left: Option<Duration>) -> io::Result<()> {
        let mut fds = [PollFd::new(self.fifo.as_fd(), PollFlags::POLLIN)];
        match poll(&mut fds, milliseconds(left)) {
            Ok(0) | Err(Errno::EINTR) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let mut bytes = [0; 1 << 16];
        match self.fifo.read(&mut bytes) {
            Ok(count) => self.read.extend_from_slice(&bytes[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether the file at the path is the FIFO that this collector reads.
    fn has_its_path(&self) -> io::Result<bool> {
        let ours = self.fifo.metadata()?;
        match fs::symlink_metadata(&self.path) {
            Ok(there) => Ok((ours.dev(), ours.ino()) == (there.dev(), there.ino())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        if self.has_its_path().unwrap_or(false) {
            // Nobody can be told that it has failed.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether the file is a FIFO without a reader.
fn nobody_reads(path: &Path) -> Result<bool, LogError> {
    if !fs::symlink_metadata(path).map_err(LogError::Io)?.file_type().is_fifo() {
        return Ok(false);
    }
    match open_for_writing(path) {
        Ok(_) => Ok(false),
        Err(error) if error.raw_os_error() == Some(libc::ENXIO) => Ok(true),
        Err(error) => Err(LogError::Io(error)),
    }
}

/// Fails with `ENXIO` where nobody reads the FIFO, and never waits.
fn open_for_writing(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(path)
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
    let text = format!("{line}\n");
    if text.len() > libc::PIPE_BUF {
        return Err(LogError::LineTooLong(line.len()));
    }
    if line.contains('\n') {
        return Err(LogError::Io(ErrorKind::InvalidInput.into()));
    }
    let mut fifo = open_within(path, Instant::now().checked_add(wait_for_reader))?;
    // Between the look and the opening it may have become another file.
    if !fifo.metadata().map_err(LogError::Io)?.file_type().is_fifo() {
        return Err(LogError::Exists(path.to_owned()));
    }
    // From now on the write waits for room, and it is one write: of so few bytes, none or all are
    // written (pipe(7)).
    fcntl(&fifo, FcntlArg::F_SETFL(OFlag::empty())).map_err(|error| LogError::Io(error.into()))?;
    fifo.write_all(text.as_bytes()).map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => LogError::NoReader,
        _ => LogError::Io(error),
    })
}

/// How long a writer sleeps before it looks for a reader again: nothing wakes it.
const NAP: Duration = Duration::from_millis(5);

/// Opens a FIFO as soon as it has a reader.
fn open_within(path: &Path, deadline: Option<Instant>) -> Result<File, LogError> {
    loop {
        // An opening may wait or change something, where it is no FIFO.
        if fs::metadata(path).is_ok_and(|there| !there.file_type().is_fifo()) {
            return Err(LogError::Exists(path.to_owned()));
        }
        match open_for_writing(path) {
            Ok(fifo) => return Ok(fifo),
            Err(error) if error.raw_os_error() == Some(libc::ENXIO) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(LogError::Io(error)),
        }
        match time_left(deadline) {
            Some(Duration::ZERO) => return Err(LogError::NoReader),
            left => thread::sleep(left.map_or(NAP, |left| left.min(NAP))),
        }
    }
}

/// `None`: there is no end.
fn time_left(deadline: Option<Instant>) -> Option<Duration> {
    deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
}

/// Rounded up: who sleeps too short a time looks too early, again and again.
fn milliseconds(left: Option<Duration>) -> PollTimeout {
    let Some(left) = left else { return PollTimeout::NONE };
    let count = left.as_nanos().div_ceil(1_000_000);
    count.try_into().unwrap_or(PollTimeout::MAX)
}
