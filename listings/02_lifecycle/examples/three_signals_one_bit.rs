//! Three children end while SIGCHLD is blocked, and one signal tells of it.

use nix::libc;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

// ANCHOR: main
fn main() {
    let sigchld = SigSet::from(Signal::SIGCHLD);
    sigchld.thread_block().unwrap();
    let signals = SignalFd::with_flags(&sigchld, SfdFlags::SFD_NONBLOCK).unwrap();

    let children = [1, 2, 3].map(child_that_exits);
    for child in children {
        // Waits for the end, and leaves the status where it is.
        waitid(Id::Pid(child), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).unwrap();
    }

    let mut read = 0;
    while signals.read_signal().unwrap().is_some() {
        read += 1;
    }
    println!("signals: {read}");

    let ended = |child: &Pid| waitpid(*child, Some(WaitPidFlag::WNOHANG)).unwrap().pid().is_some();
    println!("ends:    {}", children.iter().filter(|child| ended(child)).count());
}
// ANCHOR_END: main

fn child_that_exits(code: i32) -> Pid {
    // SAFETY: this process has one thread.
    match unsafe { fork() }.unwrap() {
        ForkResult::Parent { child } => child,
        // SAFETY: `_exit` takes any code and does not return.
        ForkResult::Child => unsafe { libc::_exit(code) },
    }
}
