//! What is made under a name. The name is gone at once, so nothing is left behind, however the lab ends.

use std::env;
use std::fs::{File, OpenOptions, remove_file};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use anyhow::{Context, Result};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use nix::mqueue::{MQ_OFlag, MqAttr, MqdT, mq_close, mq_open, mq_unlink};
use nix::sys::stat::Mode;
use nix::unistd::{getpid, mkfifo};

/// How many messages a queue holds; more is a privilege, unless the system says otherwise.
const QUEUED: i64 = 10;

/// A POSIX queue that has no name any more.
pub struct Queue(Option<MqdT>);

impl Queue {
    /// A queue of messages of at most this size.
    pub fn new(size: usize) -> Result<Queue> {
        let name = format!("/{}", unique_name());
        let attributes = MqAttr::new(0, QUEUED, size.try_into()?, 0);
        let how = MQ_OFlag::O_CREAT | MQ_OFlag::O_EXCL | MQ_OFlag::O_RDWR;
        let queue = mq_open(&*name, how, Mode::S_IRUSR | Mode::S_IWUSR, Some(&attributes))
            .context("cannot make a POSIX queue")?;
        mq_unlink(&*name)?;
        Ok(Queue(Some(queue)))
    }

    pub fn open(&self) -> &MqdT {
        self.0.as_ref().expect("it is closed by drop alone")
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // It cannot fail for a descriptor that is open.
        let _ = self.0.take().map(mq_close);
    }
}

/// Why there are no queues here, if there are none.
pub fn why_no_queues(size: usize) -> Option<String> {
    Queue::new(size).err().map(|error| format!("{error:#}"))
}

/// Both ends of a FIFO, for reading and for writing. Its path is gone when this returns. A reader that does not wait for a writer can be opened
/// first, and then the writer finds it.
pub fn fifo() -> Result<(File, File)> {
    let path = env::temp_dir().join(unique_name());
    mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR).context("cannot make a FIFO")?;
    let rx = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(&path);
    let tx = OpenOptions::new().write(true).open(&path);
    remove_file(&path)?;
    let (rx, tx) = (rx?, tx?);
    fcntl(&rx, FcntlArg::F_SETFL(OFlag::empty()))?;
    Ok((rx, tx))
}

/// A name that nothing else on the machine has.
fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    // Relaxed: the number alone matters.
    format!("ipc_price-{}-{}", getpid(), COUNT.fetch_add(1, Relaxed))
}
