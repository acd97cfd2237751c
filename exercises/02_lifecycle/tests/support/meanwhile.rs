//! Another child of the test, which does something while the test waits.

use std::io::{self, PipeWriter, Read};

use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

/// What it exits with.
const CODE: i32 = 9;

/// A child that the code under test has not started. It does its job and then lives on: its end
/// would be a signal to the test.
pub struct Meanwhile {
    pub pid: Pid,
    until: PipeWriter,
}

impl Meanwhile {
    /// Starts it. What the job owns is gone in the test.
    pub fn starts(job: impl FnOnce()) -> Meanwhile {
        let (mut end, until) = io::pipe().unwrap();
        // SAFETY: a graded test has one thread.
        match unsafe { fork() }.unwrap() {
            ForkResult::Parent { child } => Meanwhile { pid: child, until },
            ForkResult::Child => {
                drop(until);
                job();
                let _ = end.read(&mut [0]);
                // SAFETY: `_exit` takes any code and does not return.
                unsafe { libc::_exit(CODE) }
            }
        }
    }

    /// Lets it end, and takes its status: nobody else may have done so.
    pub fn ends(self) {
        drop(self.until);
        assert_eq!(
            waitpid(self.pid, None),
            Ok(WaitStatus::Exited(self.pid, CODE)),
            "the status of another child of the caller; the reaper must leave it alone"
        );
    }
}
