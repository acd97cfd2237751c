//! After the fork two processes stand in the same place, and one of them must never leave it.
//!
//! The tempting mistake is to end the child in a friendly way: by a return, an unwinding panic or
//! `process::exit`. Each of them runs code of the caller, which now runs twice.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It exited, with this exit code.
    Exited(u8),
    /// A signal terminated it; `core` says whether the kernel dumped its memory.
    Signaled { signal: Signal, core: bool },
}

/// The exit code of a child whose closure panicked.
pub const PANIC_CODE: u8 = 101;

/// Calls `f` in a child process, waits until the child has ended, and reports how it ended.
///
/// The exit code of the child is what `f` returns, or [`PANIC_CODE`] where `f` panics. Whatever
/// `f` does, the child never returns to the caller, and it ends without any cleanup on behalf of
/// the caller: no destructor and no exit handler of the caller runs in it, and no text that was
/// waiting in a buffer is written by it.
///
/// A signal that the caller handles meanwhile does not end the wait. The child is not left as a
/// zombie; other children of the caller, and what it ignores, handles and blocks of signals, are
/// left to the caller.
///
/// # Errors
///
/// Fails where there can be no child, or where the system refuses to wait for it.
///
/// # Safety
///
/// The caller must be single-threaded, or `f` must do only what is sound after `fork`.
pub unsafe fn run_child(f: impl FnOnce() -> u8) -> nix::Result<Outcome> {
    // SAFETY: our caller upholds what `fork` asks for.
    match unsafe { fork() }? {
        ForkResult::Child => call_and_leave(f),
        ForkResult::Parent { child } => wait_for(child),
    }
}

/// The life of the child.
fn call_and_leave(f: impl FnOnce() -> u8) -> ! {
    let code = catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|payload| {
        // To drop the payload is to run code of `f`, which could panic once more.
        mem::forget(payload);
        PANIC_CODE
    });
    // SAFETY: `_exit` takes any code, touches no memory of ours and does not return.
    unsafe { libc::_exit(code.into()) }
}

/// Waits for this child only: a plain `wait` would take the status of any child of the caller.
fn wait_for(child: Pid) -> nix::Result<Outcome> {
    loop {
        match waitpid(child, None) {
            Ok(WaitStatus::Exited(_, code)) => {
                // The kernel keeps the low eight bits of an exit code, so the cast loses nothing.
                return Ok(Outcome::Exited(code as u8));
            }
            Ok(WaitStatus::Signaled(_, signal, core)) => {
                return Ok(Outcome::Signaled { signal, core });
            }
            // A stop or a continuation would not be an end; nor is a signal for ourselves.
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}
