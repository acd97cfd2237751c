//! A POSIX queue as a wire.

use anyhow::{Context, Result, ensure};
use nix::mqueue::{MQ_OFlag, MqAttr, MqdT, mq_close, mq_open, mq_receive, mq_send, mq_unlink};
use nix::sys::stat::Mode;

use super::{Receive, Send, Wire, named};

/// How many messages a queue holds; more is a privilege, unless the system says otherwise.
const QUEUED: i64 = 10;

/// A queue that has no name any more.
pub(super) struct Queue(Option<MqdT>);

impl Queue {
    /// A queue of messages of at most this size.
    pub(super) fn new(size: usize) -> Result<Queue> {
        let name = format!("/{}", named::unique_name());
        let attributes = MqAttr::new(0, QUEUED, size.try_into()?, 0);
        let how = MQ_OFlag::O_CREAT | MQ_OFlag::O_EXCL | MQ_OFlag::O_RDWR;
        let queue = mq_open(&*name, how, Mode::S_IRUSR | Mode::S_IWUSR, Some(&attributes))
            .context("cannot make a POSIX queue; `ulimit -q` limits them")?;
        mq_unlink(&*name)?;
        Ok(Queue(Some(queue)))
    }

    fn open(&self) -> &MqdT {
        self.0.as_ref().expect("it is closed by drop alone")
    }
}

impl Wire for Queue {
    fn sender(&self) -> Result<Send<'_>> {
        Ok(Box::new(|message| Ok(mq_send(self.open(), message, 0)?)))
    }

    fn receiver(&self) -> Result<Receive<'_>> {
        Ok(Box::new(|buf| {
            let len = mq_receive(self.open(), buf, &mut 0)?;
            ensure!(len == buf.len(), "a message has {len} bytes, not {}", buf.len());
            Ok(())
        }))
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // It cannot fail for a descriptor that is open.
        let _ = self.0.take().map(mq_close);
    }
}
