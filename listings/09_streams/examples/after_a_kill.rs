//! A process with an end is killed by SIGKILL. What do the others find?

use nix::Result;
use nix::sys::signal::{Signal, raise};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork};

#[path = "bytes_or_messages.rs"]
#[expect(dead_code, reason = "its own main does not run here")]
pub mod bytes_or_messages;
use bytes_or_messages::{receive, send, three_pairs::ends};

// ANCHOR: main
fn main() {
    for kind in ["pipe", "FIFO", "queue"] {
        let (write, read) = (kill_the_reader(kind), kill_the_writer(kind));
        println!("{kind:5} without a reader: send {write:?}; without a writer: receive {read:?}");
    }
}

pub fn kill_the_reader(kind: &str) -> Result<usize> {
    let [reader, writer] = ends(kind, false);
    killed(reader);
    send(&writer, b"one")
}

pub fn kill_the_writer(kind: &str) -> Result<usize> {
    let [reader, writer] = ends(kind, false);
    killed(writer);
    receive(&reader, &mut [0; 8192])
}

/// Leaves what it is given to a child alone, and the child is killed.
pub fn killed(ends: impl Sized) {
    // SAFETY: this process has one thread, and the child never comes back.
    match unsafe { fork() }.unwrap() {
        ForkResult::Parent { child } => (drop(ends), waitpid(child, None).unwrap()).0,
        ForkResult::Child => raise(Signal::SIGKILL).unwrap(),
    }
}
// ANCHOR_END: main
