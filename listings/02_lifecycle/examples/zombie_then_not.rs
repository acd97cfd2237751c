//! Between its end and the wait of its parent, a process is a zombie.

use std::fs;

use nix::libc;
use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

// ANCHOR: main
fn main() {
    // SAFETY: this process has one thread.
    match unsafe { fork() }.expect("there is room for one more process") {
        // SAFETY: `_exit` takes any code and does not return.
        ForkResult::Child => unsafe { libc::_exit(7) },
        ForkResult::Parent { child } => {
            // Waits for the end, and leaves the status where it is.
            waitid(Id::Pid(child), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT)
                .expect("the child can be watched");
            println!("after its end:  {}", state(child));

            waitpid(child, None).expect("the child can be waited for");
            println!("after the wait: {}", state(child));
        }
    }
}

/// The line of /proc/PID/status that names the state.
fn state(pid: Pid) -> String {
    match fs::read_to_string(format!("/proc/{pid}/status")) {
        Ok(status) => status.lines().find(|line| line.starts_with("State")).unwrap().to_owned(),
        Err(error) => format!("no such process ({:?})", error.kind()),
    }
}
// ANCHOR_END: main
