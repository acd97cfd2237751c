//! Run a closure in a child process and report how the child ended.

use nix::sys::signal::Signal;

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
    // TODO: fork; in the child, call `f` and end the process; in the parent, wait for the child.
    todo!("run a closure of {} bytes in a child process", size_of_val(&f))
}
