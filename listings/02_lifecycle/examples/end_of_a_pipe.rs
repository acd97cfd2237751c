//! A pipe ends when its last writing end is closed, and exec closes what is marked so.

use std::io::{Read, pipe};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

// ANCHOR: main
fn main() {
    // As the standard library makes it: close-on-exec.
    let (mut reader, writer) = pipe().unwrap();
    let mut cat = start_cat();
    drop(writer);
    assert_eq!(reader.read(&mut [0]).unwrap(), 0, "the pipe has ended");
    println!("marked:     the pipe has ended; does cat run? {}", cat.try_wait().unwrap().is_none());
    cat.wait().unwrap();

    let (mut reader, writer) = pipe().unwrap();
    fcntl(&writer, FcntlArg::F_SETFD(FdFlag::empty())).unwrap();
    let mut cat = start_cat();
    drop(writer);
    let mut watched = [PollFd::new(reader.as_fd(), PollFlags::POLLIN)];
    let ended = poll(&mut watched, PollTimeout::ZERO).unwrap() == 1;
    println!("not marked: cat runs; has the pipe ended? {ended}");
    cat.wait().unwrap();
    assert_eq!(reader.read(&mut [0]).unwrap(), 0, "the pipe has ended, with cat");
}

/// `cat` knows nothing of our pipe. It runs until its own input ends; `wait` sees to that.
fn start_cat() -> Child {
    Command::new("cat").stdin(Stdio::piped()).spawn().unwrap()
}
// ANCHOR_END: main
