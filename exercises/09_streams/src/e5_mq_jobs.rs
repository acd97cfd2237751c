//! A queue of jobs that outlives its users: what becomes of yesterday's messages, the caller says.
//!
//! The tests go green in three steps: `step1` messages, `step2` what was there before, `step3` the
//! waits. `cargo test -p streams --test e5_mq_jobs step1` runs the first step.

use std::time::Duration;

use crate::given::{Message, Open, QueueError};

/// A queue of jobs. Dropping it closes the queue, which stays, with its messages, for other users.
pub struct JobQueue {/* TODO: what does it need to know? */}

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
        todo!("{open:?}, a queue {:?}, {capacity} x {max_body}", name.split('-').next())
    }

    /// How many messages are in the queue now.
    pub fn left_over(&self) -> Result<usize, QueueError> {
        todo!("how many messages?")
    }

    /// Adds a message. While the queue is full it sleeps, until there is room or the timeout is over.
    ///
    /// A timeout of zero is one look, and [`Duration::MAX`] is never over. Signals that the caller
    /// handles neither end nor prolong the wait. A body that is too long for the queue as it is,
    /// whoever made it, is refused before all else: [`QueueError::TooLong`].
    pub fn send(&self, priority: u32, body: &[u8], timeout: Duration) -> Result<(), QueueError> {
        todo!("send {} bytes, priority {priority}, within {timeout:?}", body.len())
    }

    /// Removes the message of the highest priority, of several the oldest. While there is none it
    /// sleeps, with a timeout as that of `send`.
    pub fn recv(&self, timeout: Duration) -> Result<Message, QueueError> {
        todo!("wait {timeout:?} for a message")
    }

    /// Removes the name, and with it the queue as soon as nobody has it open any more.
    pub fn unlink(self) -> Result<(), QueueError> {
        todo!("remove the name")
    }
}

impl Drop for JobQueue {
    fn drop(&mut self) {
        // TODO: what has the system given to this value alone?
    }
}
