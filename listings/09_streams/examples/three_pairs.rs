//! A pipe, a FIFO and a queue: two ends of each, and who else may open them.

use std::os::fd::{FromRawFd, IntoRawFd, OwnedFd};
use std::{env, process};

use nix::fcntl::{OFlag, open};
use nix::mqueue::{MQ_OFlag, MqAttr, mq_open, mq_unlink};
use nix::sys::stat::{Mode, fstat, umask};
use nix::unistd::{mkfifo, pipe2, unlink};

// ANCHOR: main
fn main() {
    println!("pipe, FIFO, queue: {:?}", ["pipe", "FIFO", "queue"].map(permissions));
}

pub fn permissions(kind: &str) -> usize {
    umask(Mode::from_bits_truncate(0o027));
    format!("{:o}", fstat(&ends(kind, false)[0]).unwrap().st_mode & 0o777).parse().unwrap()
}

/// The reading and the writing end, which never wait. They lead to what has the name already.
pub fn ends(kind: &str, keep_name: bool) -> [OwnedFd; 2] {
    let (name, mode) = (format!("/streams-{}", process::id()), Mode::from_bits_truncate(0o666));
    let path = env::temp_dir().join(&name[1..]);
    let flags = [OFlag::O_RDONLY, OFlag::O_WRONLY].map(|way| way | OFlag::O_NONBLOCK);
    let ends = match kind {
        "pipe" => pipe2(OFlag::O_NONBLOCK).unwrap().into(),
        "FIFO" => {
            let _ = mkfifo(&path, mode);
            flags.map(|flags| open(&path, flags, mode).unwrap())
        }
        _ => flags.map(|flags| {
            let flags = MQ_OFlag::from_bits_retain(flags.bits()) | MQ_OFlag::O_CREAT;
            let queue = mq_open(name.as_str(), flags, mode, Some(&MqAttr::new(0, 10, 8192, 0)));
            // SAFETY: nobody else knows this descriptor.
            unsafe { OwnedFd::from_raw_fd(queue.unwrap().into_raw_fd()) }
        }),
    };
    let _ = keep_name || unlink(&path).is_ok() || mq_unlink(name.as_str()).is_ok();
    ends
}
// ANCHOR_END: main
