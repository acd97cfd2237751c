//! What is made under a name. The name is gone at once, so nothing is left behind, however the lab ends.

use std::env;
use std::fs::{File, OpenOptions, remove_file};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use anyhow::{Context, Result};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use nix::sys::stat::Mode;
use nix::unistd::{getpid, mkfifo};

/// Both ends of a FIFO, for reading and for writing. Its path is gone when this returns. A reader that
/// does not wait for a writer can be opened first, and then the writer finds it.
pub(super) fn fifo() -> Result<(File, File)> {
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
pub(super) fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    // Relaxed: the number alone matters.
    format!("lab-wire-{}-{}", getpid(), COUNT.fetch_add(1, Relaxed))
}
