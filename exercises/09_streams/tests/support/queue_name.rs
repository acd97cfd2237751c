//! A name for a message queue that nobody else has. The grader gives a test with a census queues of
//! its own, where the system allows that: then a queue is gone even where the test was killed.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use nix::mqueue::mq_unlink;

/// The name is removed when this value is dropped, also by a test that fails.
pub struct QueueName(pub String);

impl QueueName {
    /// A name that no queue has.
    pub fn new() -> QueueName {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        // Relaxed: a number that nobody else gets.
        let number = NUMBER.fetch_add(1, Relaxed);
        let name = format!("/streams-{}-{number}", process::id());
        // A process that was killed may have had this number before.
        let _ = mq_unlink(name.as_str());
        QueueName(name)
    }
}

impl Drop for QueueName {
    fn drop(&mut self) {
        let _ = mq_unlink(self.0.as_str());
    }
}
