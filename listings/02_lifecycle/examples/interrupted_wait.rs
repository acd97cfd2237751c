//! A signal handler that runs during a wait ends the wait, not the child.

use std::{fs, thread};

use nix::libc;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, kill, sigaction};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

extern "C" fn do_nothing(_: libc::c_int) {}

// ANCHOR: main
fn main() {
    let handler = SigHandler::Handler(do_nothing);
    let action = SigAction::new(handler, SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler does nothing.
    unsafe { sigaction(Signal::SIGUSR1, &action) }.expect("a handler can be installed");

    // SAFETY: this process has one thread.
    match unsafe { fork() }.expect("there is room for one more process") {
        ForkResult::Child => {
            while !is_asleep(Pid::parent()) {
                thread::yield_now();
            }
            kill(Pid::parent(), Signal::SIGUSR1).expect("the parent lives");
            // SAFETY: `_exit` takes any code and does not return.
            unsafe { libc::_exit(7) }
        }
        ForkResult::Parent { child } => {
            println!("first wait:  {:?}", waitpid(child, None));
            let status = waitpid(child, None).expect("the child can be waited for");
            println!("second wait: it exited with 7: {}", status == WaitStatus::Exited(child, 7));
        }
    }
}
// ANCHOR_END: main

fn is_asleep(pid: Pid) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") S "))
}
