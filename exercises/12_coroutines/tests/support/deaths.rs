//! Children of a test that do one thing, of which they may die.

use std::io::{self, Read};

use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, dup2_stderr, fork};

/// Starts a child that calls `act` and exits with 0, and waits for it. Returns how it has ended, and
/// what it has written to its standard error.
pub fn of_a_child(act: impl FnOnce()) -> (WaitStatus, String) {
    let (mut said, stderr) = io::pipe().unwrap();
    // SAFETY: a graded test has one thread.
    match unsafe { fork() }.unwrap() {
        ForkResult::Parent { child } => {
            drop(stderr);
            let mut text = String::new();
            said.read_to_string(&mut text).unwrap();
            (waitpid(child, None).unwrap(), text)
        }
        ForkResult::Child => {
            dup2_stderr(&stderr).unwrap();
            drop(stderr);
            act();
            // SAFETY: `_exit` takes any code and does not return.
            unsafe { libc::_exit(0) }
        }
    }
}
