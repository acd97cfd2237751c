//! A program is fed to the end before its output is read: the deadlock of two pipes.

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Command, Stdio};
use std::{fs, thread};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

// ANCHOR: main
fn main() {
    let (pipe, limits) = (Stdio::piped, PollTimeout::ZERO);
    let mut cat = Command::new("cat").stdin(pipe()).stdout(pipe()).spawn().unwrap();
    let (mut input, mut output) = (cat.stdin.take().unwrap(), cat.stdout.take().unwrap());
    fcntl(&input, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
    let ready = |end: &dyn AsFd, for_what| {
        poll(&mut [PollFd::new(end.as_fd(), for_what)], limits).unwrap() == 1
    };

    let mut written = 0;
    loop {
        written += input.write(&[b'x'; 4096]).unwrap_or(0);
        let stat = fs::read_to_string(format!("/proc/{}/stat", cat.id())).unwrap();
        let stuck = stat.contains(") S ") && !ready(&input, PollFlags::POLLOUT);
        if stuck && ready(&output, PollFlags::POLLIN) {
            break;
        }
        thread::yield_now();
    }
    println!("cat sleeps, its input is full, its output waits to be read");
    println!("would a mebibyte have been written by now? {}", written >= 1 << 20);

    drop(input);
    let mut text = Vec::new();
    output.read_to_end(&mut text).unwrap();
    println!("when its output is read, cat goes on, and ends: {}", cat.wait().unwrap());
    println!("is all there? {}", text.len() == written);
}
// ANCHOR_END: main
