//! Three writes, one read: who keeps them apart?

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use nix::mqueue::{MqdT, mq_receive, mq_send};
use nix::unistd::{read, write};
use nix::{Result, errno::Errno};

#[path = "three_pairs.rs"]
#[expect(dead_code, reason = "its own main does not run here")]
pub mod three_pairs;

// ANCHOR: main
fn main() {
    for kind in ["pipe", "FIFO", "queue"] {
        let [reader, writer] = three_pairs::ends(kind, false);
        for text in ["one", "two", "three"] {
            send(&writer, text.as_bytes()).unwrap();
        }
        println!("{kind:5} one read: {:?}", receive(&reader, &mut [0; 8192]));
    }
}

pub fn send(end: &OwnedFd, bytes: &[u8]) -> Result<usize> {
    match mq_send(&as_queue(end), bytes, 0) {
        Err(Errno::EBADF) => write(end, bytes), // It is no queue.
        sent => sent.map(|()| bytes.len()),
    }
}

pub fn receive(end: &OwnedFd, buffer: &mut [u8]) -> Result<usize> {
    match mq_receive(&as_queue(end), buffer, &mut 0) {
        Err(Errno::EBADF) => read(end, buffer),
        received => received,
    }
}
// ANCHOR_END: main

fn as_queue(end: &OwnedFd) -> MqdT {
    // SAFETY: an `MqdT` does not close its descriptor, and `end` is open as long as it is used.
    unsafe { MqdT::from_raw_fd(end.as_raw_fd()) }
}
