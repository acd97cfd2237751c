//! Start programs and report their exits as they happen: no polling, and no exit is missed.
//!
//! Four steps of tests: `step1` exits, `step2` whose exits, `step3` the wait, `step4` what it leaves
//! behind. `cargo test -p lifecycle --test e3_child_reaper step1` runs those of the first.

use std::{io, process::Command, time::Duration};

use nix::{sys::signal::Signal, unistd::Pid};

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
pub struct Reaper {/* TODO: what does it need to know? */}

impl Reaper {
    /// Makes a reaper, for a caller that does not ignore SIGCHLD.
    pub fn new() -> nix::Result<Reaper> {
        todo!("prepare for SIGCHLD")
    }

    /// Starts a program, as [`Command::spawn`] does, and returns its process ID. The program has the
    /// signal mask that the caller had before `new`, and no descriptor of the reaper.
    pub fn spawn(&mut self, command: &mut Command) -> io::Result<Pid> {
        todo!("start {command:?}")
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
        todo!("wait for an exit, for {timeout:?} at most")
    }

    /// How many children have been started and not been reported.
    pub fn live(&self) -> usize {
        todo!("count")
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        // TODO: put back what `new` has changed.
    }
}
