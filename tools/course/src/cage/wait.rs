//! Waits for a process, but not for ever.

use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::time::{TimeSpec, TimeValLike};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// The exit status where the command was ended since it took too long.
pub const TOO_LONG: u8 = 124;

/// Waits for `init` and returns its status; ends it where it takes too long. `ends` is the signal
/// that tells of its end; it is blocked. There can be no thread that waits: it would be in another
/// PID namespace than its process (pid_namespaces(7)).
pub(super) fn wait(init: Pid, ends: &SigSet, limit: Duration) -> u8 {
    let deadline = Instant::now() + limit;
    let mut is_late = false;
    loop {
        let flags = if is_late { WaitPidFlag::empty() } else { WaitPidFlag::WNOHANG };
        match waitpid(init, Some(flags)) {
            _ if is_late => return TOO_LONG,
            Ok(WaitStatus::Exited(_, status)) => return code(Some(status), None),
            Ok(WaitStatus::Signaled(_, signal, _)) => return code(None, Some(signal as i32)),
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return 2,
        }
        let left = TimeSpec::from(deadline.saturating_duration_since(Instant::now()));
        if left.num_nanoseconds() == 0 {
            // It is there: nobody has waited for it. All that is in its namespace ends with it.
            let _ = kill(init, Signal::SIGKILL);
            is_late = true;
        } else {
            // SAFETY: the set and the time are valid as long as the call.
            unsafe { libc::sigtimedwait(ends.as_ref(), std::ptr::null_mut(), left.as_ref()) };
        }
    }
}

/// The exit status that tells of an exit, or of a signal as a shell does.
pub(super) fn code(status: Option<i32>, signal: Option<i32>) -> u8 {
    let code = status.or(signal.map(|signal| 128 + signal)).unwrap_or(2);
    u8::try_from(code).unwrap_or(2)
}
