//! Children of a test: each does one thing and ends.

use std::panic::{AssertUnwindSafe, catch_unwind};

use nix::errno::Errno;
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

/// A child that has been started.
#[must_use]
pub struct Child {
    pub pid: Pid,
}

/// Starts a child that calls `act` and ends.
pub fn start(act: impl FnOnce()) -> Child {
    // SAFETY: a graded test has one thread.
    match unsafe { fork() }.expect("a test may have a child") {
        ForkResult::Parent { child } => Child { pid: child },
        ForkResult::Child => {
            let code = i32::from(catch_unwind(AssertUnwindSafe(act)).is_err());
            // SAFETY: `_exit` takes any code and does not return.
            unsafe { libc::_exit(code) }
        }
    }
}

impl Child {
    /// Waits until it has ended, and fails unless it has done all it had to do.
    #[track_caller]
    pub fn done(self, what: &str) {
        let status = loop {
            match waitpid(self.pid, None) {
                Err(Errno::EINTR) => {}
                status => break status.expect("nobody else waits for this child"),
            }
        };
        match status {
            WaitStatus::Exited(_, 0) => {}
            WaitStatus::Exited(..) => panic!("the child that {what} has panicked; see above"),
            WaitStatus::Signaled(_, signal, _) => {
                panic!("{signal} has ended the child that {what}")
            }
            other => panic!("the child that {what}: {other:?}"),
        }
    }
}
