//! A signal handler that runs during a wait ends the wait, not the child.

use std::io::{Read, Write, pipe};
use std::{fs, thread};

use nix::libc::{_exit, c_int};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, kill, sigaction};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork};

extern "C" fn do_nothing(_: c_int) {}

// ANCHOR: main
fn main() {
    let handler = SigHandler::Handler(do_nothing);
    let action = SigAction::new(handler, SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler does nothing.
    unsafe { sigaction(Signal::SIGUSR1, &action) }.unwrap();
    let (mut reader, mut writer) = pipe().unwrap();

    // SAFETY: this process has one thread.
    if let ForkResult::Parent { child } = unsafe { fork() }.unwrap() {
        println!("first wait:  {:?}", waitpid(child, None));
        writer.write_all(b"!").unwrap();
        println!("second wait: is it an error? {}", waitpid(child, None).is_err());
        return;
    }
    while !is_asleep(Pid::parent()) {
        thread::yield_now();
    }
    kill(Pid::parent(), Signal::SIGUSR1).unwrap();
    reader.read_exact(&mut [0]).unwrap();
    // SAFETY: `_exit` takes any code and does not return.
    unsafe { _exit(0) }
}
// ANCHOR_END: main

fn is_asleep(pid: Pid) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") S "))
}
