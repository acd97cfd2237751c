//! A queue belongs to nobody: it stays until its name is removed, and so does all that is in it.
//!
//! The tempting mistake is to open with `O_CREAT` alone and to believe in a new, empty queue: one that
//! is there keeps its messages, and its attributes too, so that even the buffer is too small. And the
//! waits end at a moment of the clock, not after a length of time: a small number is long ago.

use std::os::fd::AsRawFd;
use std::time::{Duration, SystemTime};

use nix::errno::Errno;
use nix::libc;
use nix::mqueue::{MQ_OFlag, MqAttr, MqdT};
use nix::mqueue::{mq_getattr, mq_open, mq_timedreceive, mq_unlink};
use nix::sys::stat::Mode;
use nix::sys::time::TimeSpec;
use nix::unistd::close;

use crate::given::{Message, Open, QueueError};

/// A queue of jobs. Dropping it closes the queue, which stays, with its messages, for other users.
pub struct JobQueue {
    name: String,
    queue: MqdT,
}

impl JobQueue {
    /// Opens the queue of this name, which begins with `/`, or makes one of so many messages of at
    /// most `max_body` bytes, for this user alone. [`Open`] says what becomes of one that is there.
    ///
    /// # Errors
    ///
    /// [`QueueError::Sys`]: for [`Open::Exclusive`] with `EEXIST` where the name is taken, with
    /// `EINVAL` where the system makes no such queue.
    pub fn open(
        name: &str,
        open: Open,
        capacity: usize,
        max_body: usize,
    ) -> Result<JobQueue, QueueError> {
        let attributes = MqAttr::new(0, number(capacity)?, number(max_body)?, 0);
        let make = |flags| {
            let flags = MQ_OFlag::O_CREAT | MQ_OFlag::O_RDWR | flags;
            mq_open(name, flags, Mode::S_IRUSR | Mode::S_IWUSR, Some(&attributes))
        };
        let queue = match open {
            Open::Resume => make(MQ_OFlag::empty()),
            Open::Exclusive => make(MQ_OFlag::O_EXCL),
            Open::Fresh => loop {
                match mq_unlink(name) {
                    Ok(()) | Err(Errno::ENOENT) => {}
                    Err(error) => return Err(QueueError::Sys(error)),
                }
                match make(MQ_OFlag::O_EXCL) {
                    // Somebody else has made one meanwhile.
                    Err(Errno::EEXIST) => {}
                    made => break made,
                }
            },
        };
        let queue = queue.map_err(QueueError::Sys)?;
        Ok(JobQueue { name: name.to_owned(), queue })
    }

    /// How many messages are in the queue now.
    pub fn left_over(&self) -> Result<usize, QueueError> {
        Ok(self.attributes()?.curmsgs() as usize)
    }

    /// Adds a message. While the queue is full it sleeps, until there is room or the timeout is over.
    ///
    /// A timeout of zero is one look, and [`Duration::MAX`] is never over. Signals that the caller
    /// handles neither end nor prolong the wait. A body that is too long for the queue as it is,
    /// whoever made it, is refused before all else: [`QueueError::TooLong`].
    pub fn send(&self, priority: u32, body: &[u8], timeout: Duration) -> Result<(), QueueError> {
        let max = self.max_body()?;
        if body.len() > max {
            return Err(QueueError::TooLong { max });
        }
        let deadline = deadline(timeout);
        again_after_signals(|| {
            // SAFETY: the body is valid for the call, and so is the time.
            let sent = unsafe {
                libc::mq_timedsend(
                    self.queue.as_raw_fd(),
                    body.as_ptr().cast(),
                    body.len(),
                    priority,
                    deadline.as_ref(),
                )
            };
            Errno::result(sent).map(drop)
        })
    }

    /// Removes the message of the highest priority, of several the oldest. While there is none it
    /// sleeps, with a timeout as that of `send`.
    pub fn recv(&self, timeout: Duration) -> Result<Message, QueueError> {
        // A shorter buffer is refused, whatever the length of the message (mq_receive(3)).
        let mut body = vec![0; self.max_body()?];
        let mut priority = 0;
        let deadline = deadline(timeout);
        let length = again_after_signals(|| {
            mq_timedreceive(&self.queue, &mut body, &mut priority, &deadline)
        })?;
        body.truncate(length);
        Ok(Message { priority, body })
    }

    /// Removes the name, and with it the queue as soon as nobody has it open any more.
    pub fn unlink(self) -> Result<(), QueueError> {
        mq_unlink(self.name.as_str()).map_err(QueueError::Sys)
    }

    fn attributes(&self) -> Result<MqAttr, QueueError> {
        mq_getattr(&self.queue).map_err(QueueError::Sys)
    }

    /// What the queue says, not what this user has asked for.
    fn max_body(&self) -> Result<usize, QueueError> {
        Ok(self.attributes()?.msgsize() as usize)
    }
}

impl Drop for JobQueue {
    fn drop(&mut self) {
        // On Linux it is a file descriptor (mq_overview(7)), and `MqdT` does not close it.
        let _ = close(self.queue.as_raw_fd());
    }
}

/// An attribute of a queue.
fn number(count: usize) -> Result<i64, QueueError> {
    count.try_into().map_err(|_| QueueError::Sys(Errno::EINVAL))
}

/// The moment at which the timeout is over, on the clock that the queues go by.
fn deadline(timeout: Duration) -> TimeSpec {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let moment = now.saturating_add(timeout);
    match moment.as_secs().try_into() {
        Ok(seconds) => TimeSpec::new(seconds, moment.subsec_nanos().into()),
        // The end of all times.
        Err(_) => TimeSpec::new(i64::MAX, 0),
    }
}

/// The deadline stays where it is, so what is left of the time need not be computed.
fn again_after_signals<T>(mut call: impl FnMut() -> nix::Result<T>) -> Result<T, QueueError> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            Err(Errno::ETIMEDOUT) => return Err(QueueError::TimedOut),
            result => return result.map_err(QueueError::Sys),
        }
    }
}
