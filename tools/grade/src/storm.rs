//! A storm of signals: every system call that can be interrupted is, again and again.

use std::io;
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use nix::libc;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

/// How many signals have been handled.
static HANDLED: AtomicU64 = AtomicU64::new(0);

/// The time between two signals, in microseconds.
const PERIOD: libc::suseconds_t = 1_000;

/// Sends SIGALRM to this process a thousand times a second while it lives.
///
/// The handler is installed without `SA_RESTART`, so that calls such as `waitpid` and `read` fail
/// with `EINTR` (signal(7)). Forked children do not inherit the timer (fork(2)).
pub struct SignalStorm {
    before: SigAction,
}

impl SignalStorm {
    /// Starts the storm.
    ///
    /// # Errors
    ///
    /// Fails where the system refuses the handler or the timer.
    pub fn start() -> io::Result<SignalStorm> {
        let count = SigHandler::Handler(count);
        let action = SigAction::new(count, SaFlags::empty(), SigSet::empty());
        // SAFETY: the handler touches one atomic and nothing else.
        let before = unsafe { sigaction(Signal::SIGALRM, &action) }?;
        let storm = SignalStorm { before };
        set_timer(PERIOD)?;
        Ok(storm)
    }

    /// How many signals this process has handled so far.
    pub fn interruptions(&self) -> u64 {
        // Relaxed: a count; nothing else is published with it.
        HANDLED.load(Relaxed)
    }
}

impl Drop for SignalStorm {
    fn drop(&mut self) {
        // Neither can fail here: the same calls with valid arguments succeeded before.
        let _ = set_timer(0);
        // SAFETY: this restores the action that was there before.
        let _ = unsafe { sigaction(Signal::SIGALRM, &self.before) };
    }
}

extern "C" fn count(_: libc::c_int) {
    // Relaxed: see `interruptions`.
    HANDLED.fetch_add(1, Relaxed);
}

fn set_timer(period: libc::suseconds_t) -> io::Result<()> {
    // SAFETY: all zeros is a valid `itimerval`.
    let mut timer: libc::itimerval = unsafe { mem::zeroed() };
    timer.it_interval.tv_usec = period;
    timer.it_value.tv_usec = period;
    // SAFETY: the timer is valid for the call, and no old value is asked for.
    match unsafe { libc::setitimer(libc::ITIMER_REAL, &timer, ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
