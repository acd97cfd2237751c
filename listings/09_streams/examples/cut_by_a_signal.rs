//! A blocking write is cut by a signal: short if it has begun, an error if it has not.

use std::io::{Read, Write, pipe};
use std::{fs, thread};

use nix::libc::{_exit, c_int};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, kill, sigaction};
use nix::unistd::{ForkResult, Pid, fork};

extern "C" fn do_nothing(_: c_int) {}

// ANCHOR: main
fn main() {
    let handler = SigHandler::Handler(do_nothing);
    let action = SigAction::new(handler, SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler does nothing.
    unsafe { sigaction(Signal::SIGUSR1, &action) }.unwrap();
    let (mut turns, mut turn) = pipe().unwrap();
    let (_reader, mut writer) = pipe().unwrap();

    // SAFETY: this process has one thread.
    if let ForkResult::Parent { .. } = unsafe { fork() }.unwrap() {
        for _ in 0..2 {
            turn.write_all(b"!").unwrap();
            println!("write 1048576: {:?}", writer.write(&[0; 1 << 20]).map_err(|e| e.kind()));
        }
        return;
    }
    for _ in 0..2 {
        turns.read_exact(&mut [0]).unwrap();
        let stat = format!("/proc/{}/stat", Pid::parent());
        while !fs::read_to_string(&stat).unwrap().contains(") S ") {
            thread::yield_now();
        }
        kill(Pid::parent(), Signal::SIGUSR1).unwrap();
    }
    // SAFETY: `_exit` takes any code and does not return.
    unsafe { _exit(0) }
}
// ANCHOR_END: main
