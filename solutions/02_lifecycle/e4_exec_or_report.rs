//! A pipe that `exec` itself closes: its end says that the program runs, four bytes say why not.
//!
//! The tempting mistake is to do in the child what could be done before the fork. All that the
//! child needs is ready when it is born; then it only makes system calls, and never comes back.

use std::ffi::{CString, c_char};
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::ptr;

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{SigHandler, SigSet, Signal, signal};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork};

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
    if argv.is_empty() {
        return Err(SpawnError::Exec(Errno::EINVAL));
    }
    let (argv, env) = (pointers(argv), pointers(env));
    // Both ends are close-on-exec from their first moment: a program that another thread starts
    // right now gets neither.
    let (report, reporter) = io::pipe().map_err(|error| SpawnError::Pipe(errno_of(&error)))?;
    // SAFETY: the child does only what is async-signal-safe.
    match unsafe { fork() }.map_err(SpawnError::Fork)? {
        ForkResult::Child => become_program(&argv, &env, reporter),
        ForkResult::Parent { child } => {
            // The pipe ends when its last writer has gone, and that must be the child.
            drop(reporter);
            match errno_in(report) {
                None => Ok(child),
                Some(errno) => {
                    reap(child);
                    Err(SpawnError::Exec(errno))
                }
            }
        }
    }
}

/// An array as execve(2) wants it: a pointer to each string, and a null pointer.
fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings.iter().map(|string| string.as_ptr()).chain([ptr::null()]).collect()
}

/// The life of the child: it becomes the program, or reports why it cannot and ends.
fn become_program(argv: &[*const c_char], env: &[*const c_char], mut reporter: PipeWriter) -> ! {
    // Neither can fail with these arguments.
    // SAFETY: the default action is no code of ours.
    let _ = unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) };
    let _ = SigSet::empty().thread_set_mask();
    // SAFETY: both arrays end with a null pointer, and they and their strings are alive.
    unsafe { libc::execve(argv[0], argv.as_ptr(), env.as_ptr()) };
    // Only a failed `execve` returns. The next call may change `errno`.
    let errno = Errno::last_raw();
    // Without a reader nobody wants the report.
    let _ = reporter.write_all(&errno.to_ne_bytes());
    // SAFETY: `_exit` takes any code, touches no memory of ours and does not return.
    unsafe { libc::_exit(127) }
}

/// Waits for the report of the child: its `errno`, or nothing where `exec` has closed the pipe.
fn errno_in(mut report: PipeReader) -> Option<Errno> {
    let mut errno = [0; size_of::<i32>()];
    // `read_exact` reads on after a signal. It fails at the end of the pipe, and there only.
    report.read_exact(&mut errno).ok()?;
    Some(Errno::from_raw(i32::from_ne_bytes(errno)))
}

/// Collects the status of the failed child. Where there is none, because the caller ignores
/// SIGCHLD, the child is gone all the same.
fn reap(child: Pid) {
    while waitpid(child, None) == Err(Errno::EINTR) {}
}

fn errno_of(error: &io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::UnknownErrno, Errno::from_raw)
}
