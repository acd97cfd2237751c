//! What the kernel makes.

use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};
use labkit::Cost;
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

use crate::{one_by_one, successor};

/// Threads, which are joined.
pub fn threads(count: u32) -> Result<Cost> {
    one_by_one(count, |number| {
        let thread = thread::Builder::new().spawn(move || successor(number))?;
        Ok(thread.join().is_ok_and(|answer| answer == number + 1))
    })
}

/// Copies of this process, which exit at once and answer by their status.
pub fn forks(count: u32) -> Result<Cost> {
    one_by_one(count, |number| {
        // SAFETY: this process has one thread.
        match unsafe { fork() }? {
            // SAFETY: `_exit` takes any status, and runs nothing of the parent's on its way out.
            ForkResult::Child => unsafe { libc::_exit(successor(number).cast_signed()) },
            ForkResult::Parent { child } => {
                let status = successor(number).cast_signed();
                Ok(waitpid(child, None)? == WaitStatus::Exited(child, status))
            }
        }
    })
}

/// Processes that run a program, whose only answer is that it succeeds.
pub fn runs(program: &Path, arguments: &[&str], count: u32) -> Result<Cost> {
    one_by_one(count, |_| {
        let status = Command::new(program).args(arguments).status();
        Ok(status.with_context(|| format!("cannot start {}", program.display()))?.success())
    })
}
