//! Four children in four states, and what SIGKILL does to a zombie.

use std::{fs, io::Read};

use nix::libc::_exit;
use nix::sys::signal::{Signal, kill, raise};
use nix::sys::wait::{Id, WaitPidFlag as Flag, waitid, waitpid};
use nix::unistd::{ForkResult, Pid, fork, getpid};

// ANCHOR: main
fn main() {
    let (parent, (mut reader, _writer)) = (getpid(), std::io::pipe().unwrap());
    let spins = child(|| while Pid::parent() == parent {});
    let waits = child(|| reader.read_exact(&mut [0]).unwrap());
    let stopped = child(|| raise(Signal::SIGSTOP).unwrap());
    let ended = child(|| ());
    while !state(waits).starts_with('S') {} // It has not come to its read yet.
    waitid(Id::Pid(stopped), Flag::WSTOPPED | Flag::WNOWAIT).unwrap();
    waitid(Id::Pid(ended), Flag::WEXITED | Flag::WNOWAIT).unwrap();
    let children = [spins, waits, stopped, ended];
    println!("{:?}", children.map(state));
    assert!(children.iter().all(|pid| kill(*pid, Signal::SIGKILL).is_ok()));
    println!("the last, killed: {:?}", state(ended));
    assert!(children.iter().all(|pid| waitpid(*pid, None).is_ok()));
}
// ANCHOR_END: main

fn state(pid: Pid) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    status.lines().find_map(|line| line.strip_prefix("State:\t")).unwrap().to_owned()
}

fn child(life: impl FnOnce()) -> Pid {
    // SAFETY: this process has one thread.
    if let ForkResult::Parent { child } = unsafe { fork() }.unwrap() {
        return child;
    }
    life();
    // SAFETY: `_exit` takes any code and does not return.
    unsafe { _exit(0) }
}
