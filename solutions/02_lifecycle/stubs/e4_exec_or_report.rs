//! Start a program, so that an `exec` that fails is an error of the call that wanted it.
//!
//! The tests go green in five steps: `step1` a program runs, `step2` a failed `exec` is reported,
//! `step3` nothing is left and nothing disturbs, `step4` the program's signals, `step5` threads.
//! `cargo test -p lifecycle --test e4_exec_or_report step1` runs those of the first step.

use std::ffi::CString;

use nix::errno::Errno;
use nix::unistd::Pid;

/// Why no program was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpawnError {
    /// There is no pipe for the report of the child.
    Pipe(Errno),
    /// There is no child.
    Fork(Errno),
    /// The child could not execute the program.
    Exec(Errno),
}

/// Starts the program at the path `argv[0]` in a child of the caller, and returns the child's ID
/// as soon as the program runs. The caller waits for its end.
///
/// `argv` is all of its arguments, `env` all of its environment. The path is not looked up in
/// `PATH`, and a file that is no program is not given to a shell (compare execve(2) and exec(3)).
///
/// The program starts with no signal blocked, and with the default action of SIGPIPE, which the
/// Rust runtime ignores. The rest it inherits as fork(2) and execve(2) say, such as other ignored
/// signals, the session, and the caller's descriptors that are not close-on-exec; but nothing that
/// `spawn` has opened.
///
/// The caller's signal mask and actions, descriptors and other children stay as they are. A signal
/// that it handles is no failure.
///
/// Any thread may call it, beside others that do the same or start programs in other ways. So the
/// child does only what signal-safety(7) allows: it neither allocates nor frees memory.
///
/// # Errors
///
/// Fails with [`SpawnError::Pipe`] or [`SpawnError::Fork`] where the system has no room for one,
/// and with [`SpawnError::Exec`] and the error of execve(2) where that fails, or `EINVAL` where
/// `argv` is empty. The failed child is gone then, also for a caller that ignores SIGCHLD. It has
/// not returned to the caller, nor cleaned up for it: no destructor and no exit handler has run in
/// it, and it has printed nothing, not even what waited in a buffer.
pub fn spawn(argv: &[CString], env: &[CString]) -> Result<Pid, SpawnError> {
    // TODO: one step after the other; begin with fork and `libc::execve`.
    todo!("start the program {:?} with {} variables", argv.first(), env.len())
}
