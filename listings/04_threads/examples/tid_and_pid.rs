//! A thread has an ID of its own in the process of its maker; a child has a process of its own.

use std::{fs, thread};

use nix::libc::_exit;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork, getpid, gettid};

// ANCHOR: main
fn main() {
    let main_pid = getpid();
    show("main", main_pid);

    // SAFETY: this process has one thread.
    match unsafe { fork() }.unwrap() {
        ForkResult::Child => {
            show("child", main_pid);
            // SAFETY: `_exit` takes any code and does not return.
            unsafe { _exit(0) }
        }
        ForkResult::Parent { child } => waitpid(child, None).unwrap(),
    };
    thread::scope(|scope| {
        scope.spawn(|| show("thread", main_pid));
    });
}

fn show(who: &str, main_pid: Pid) {
    let pid = if getpid() == main_pid { "main's" } else { "its own" };
    let tid = if gettid() == getpid() { "the PID" } else { "its own" };
    let threads = fs::read_dir("/proc/self/task").unwrap().count();
    println!("{who:6}  PID: {pid:7}  TID: {tid:7}  threads in the process: {threads}");
}
// ANCHOR_END: main
