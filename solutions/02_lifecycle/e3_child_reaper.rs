//! One SIGCHLD may stand for many exits, or for none: it says when to look, never whom to look at.
//!
//! The tempting mistake is to look and then to sleep: a child that ends in between wakes nobody.
//! A blocked signal is not lost. It stays pending, and a descriptor that tells of pending signals
//! is readable at once, however late the reaper begins to wait for it.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::time::TimeSpec;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// How a child ended: with this exit code, or by this signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Exited(u8),
    Signaled(Signal),
}

/// Starts programs and reports their exits. The caller has one thread, and one reaper at a time.
///
/// While it lives, SIGCHLD may be blocked or handled in another way than before, and the caller
/// leaves its signal mask alone. Dropping it puts that back and closes what it has opened. Children
/// that it has not reported are left to the caller: they run on, and can be waited for.
pub struct Reaper {
    children: Vec<Pid>,
    signals: SignalFd,
    mask_of_the_caller: SigSet,
}

impl Reaper {
    /// Makes a reaper, for a caller that does not ignore SIGCHLD.
    pub fn new() -> nix::Result<Reaper> {
        let sigchld = SigSet::from(Signal::SIGCHLD);
        // A program must not inherit the descriptor.
        let signals =
            SignalFd::with_flags(&sigchld, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
        let mask_of_the_caller = sigchld.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
        Ok(Reaper { children: Vec::new(), signals, mask_of_the_caller })
    }

    /// Starts a program, as [`Command::spawn`] does, and returns its process ID. The program has the
    /// signal mask that the caller had before `new`, and no descriptor of the reaper.
    pub fn spawn(&mut self, command: &mut Command) -> io::Result<Pid> {
        let mask = self.mask_of_the_caller;
        // SAFETY: the closure makes one system call, and neither allocates nor locks.
        unsafe { command.pre_exec(move || Ok(mask.thread_set_mask()?)) };
        let child = command.spawn()?;
        let child = Pid::from_raw(child.id().cast_signed());
        self.children.push(child);
        Ok(child)
    }

    /// Reports the exit of a child that `spawn` has started, each once, in any order.
    ///
    /// An exit that is there already is reported at once. Otherwise the caller sleeps until there is
    /// one, and looks again only when something has woken it. `None`: the timeout is over, or, at
    /// once, no child is left. A timeout of zero is one look, [`Duration::MAX`] as long as it takes.
    ///
    /// A child that is stopped or continued has not ended. Other children of the caller, and signals
    /// that it handles, neither end nor prolong the wait; those children can still be waited for.
    /// If somebody has taken the status of a child of `spawn`, that is the error `ECHILD`, once: the
    /// child is live no more, and the others are still reported.
    pub fn next_exit(&mut self, timeout: Duration) -> nix::Result<Option<(Pid, Outcome)>> {
        // `None` is a point in time that no clock will ever show.
        let deadline = Instant::now().checked_add(timeout);
        loop {
            if let Some(exit) = self.look()? {
                return Ok(Some(exit));
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if self.children.is_empty() || left == Some(Duration::ZERO) {
                return Ok(None);
            }
            self.sleep(left)?;
        }
    }

    /// How many children have been started and not been reported.
    pub fn live(&self) -> usize {
        self.children.len()
    }

    /// Asks for each child whether it has ended: the signal does not tell which ones have. To ask
    /// for any child would take the statuses of others.
    fn look(&mut self) -> nix::Result<Option<(Pid, Outcome)>> {
        for (position, &child) in self.children.iter().enumerate() {
            let outcome = match waitpid(child, Some(WaitPidFlag::WNOHANG)) {
                // The kernel keeps the low eight bits of an exit code, so the cast loses nothing.
                Ok(WaitStatus::Exited(_, code)) => Ok(Outcome::Exited(code as u8)),
                Ok(WaitStatus::Signaled(_, signal, _)) => Ok(Outcome::Signaled(signal)),
                Ok(_) => continue,
                Err(errno) => Err(errno),
            };
            // An error is about a child that others have waited for.
            self.children.swap_remove(position);
            return outcome.map(|outcome| Some((child, outcome)));
        }
        Ok(None)
    }

    /// Sleeps until SIGCHLD is pending, for `left` at most, or until a signal is handled.
    fn sleep(&self, left: Option<Duration>) -> nix::Result<()> {
        let mut signals = [PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
        match ppoll(&mut signals, left.map(TimeSpec::from_duration), None) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
        // What is read now stands for exits up to now, and the caller looks only after it.
        self.signals.read_signal().map(drop)
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        // It cannot fail: the mask is one that the caller had.
        let _ = self.mask_of_the_caller.thread_set_mask();
    }
}
