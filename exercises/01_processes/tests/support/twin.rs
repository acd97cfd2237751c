//! A copy of this process that stays as it is while a test looks at it.

use std::io::{self, PipeWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use nix::libc;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork};

/// The child lives as long as the value.
pub struct Twin {
    pub pid: Pid,
    hold: Option<PipeWriter>,
}

impl Twin {
    /// Forks a child that does `change`, and then nothing. Returns when `change` is done.
    pub fn after(change: impl FnOnce()) -> Twin {
        let (mut ready, mut is_ready) = io::pipe().unwrap();
        let (mut held, hold) = io::pipe().unwrap();
        // SAFETY: a graded test has one thread.
        let pid = match unsafe { fork() }.unwrap() {
            ForkResult::Parent { child } => child,
            ForkResult::Child => {
                drop(hold);
                let changed = catch_unwind(AssertUnwindSafe(change));
                if changed.is_ok() && is_ready.write_all(&[1]).is_ok() {
                    // The end comes when the parent has no use for this child, or is no more.
                    let _ = held.read(&mut [0]);
                }
                // SAFETY: `_exit` takes any code and does not return.
                unsafe { libc::_exit(0) }
            }
        };
        drop(is_ready);
        let twin = Twin { pid, hold: Some(hold) };
        ready.read_exact(&mut [0]).expect("the child of this test could not do what it was to do");
        twin
    }
}

impl Drop for Twin {
    fn drop(&mut self) {
        drop(self.hold.take());
        let _ = waitpid(self.pid, None);
    }
}
