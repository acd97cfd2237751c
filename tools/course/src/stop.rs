//! Ends what was started, at any moment and from any thread: a new save, `q` or Ctrl-C must not
//! wait for a build or for a test that hangs.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

/// Ends the processes that were started with it; a clone ends the same ones.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    stopped: bool,
    /// The group of the process that runs, named by its leader, which nobody has waited for.
    group: Option<Pid>,
}

impl Stop {
    /// Kills what runs, and lets nothing start any more.
    pub fn stop(&self) {
        let mut state = self.state();
        state.stopped = true;
        if let Some(group) = state.group {
            // A group that has ended needs no signal.
            let _ = killpg(group, Signal::SIGKILL);
        }
    }

    /// Whether it was stopped.
    pub fn is_stopped(&self) -> bool {
        self.state().stopped
    }

    /// Starts a process in a group of its own, so that its children can be ended with it. One
    /// process at a time: [`Stop::wait`] must come before the next.
    ///
    /// # Errors
    ///
    /// Fails where the process cannot be started, or must not be any more.
    pub fn spawn(&self, command: &mut Command) -> Result<Child> {
        let mut state = self.state();
        if state.stopped {
            bail!("stopped");
        }
        let child = command.process_group(0).spawn()?;
        state.group = Some(Pid::from_raw(child.id().cast_signed()));
        Ok(child)
    }

    /// Waits for the process that [`Stop::spawn`] returned.
    ///
    /// # Errors
    ///
    /// As [`Child::wait`].
    pub fn wait(&self, child: &mut Child) -> io::Result<ExitStatus> {
        let pid = Pid::from_raw(child.id().cast_signed());
        let ended = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        while let Err(nix::errno::Errno::EINTR) = waitid(Id::Pid(pid), ended) {}
        // Under the lock: once the process is waited for, its number can become another's.
        let mut state = self.state();
        state.group = None;
        child.wait()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::process::ExitStatusExt;
    use std::process::Stdio;

    use super::*;

    #[test]
    fn a_process_and_its_children_are_ended() {
        let stop = Stop::default();
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 1000 & echo started; wait"]).stdout(Stdio::piped());
        let mut child = stop.spawn(&mut shell).unwrap();
        let mut output = child.stdout.take().unwrap();
        output.read_exact(&mut [0; 8]).unwrap();

        stop.stop();

        assert_eq!(stop.wait(&mut child).unwrap().signal(), Some(Signal::SIGKILL as i32));
        // The pipe ends only when `sleep` has ended, too.
        assert_eq!(output.read(&mut [0; 8]).unwrap(), 0);
    }

    #[test]
    fn nothing_starts_after_a_stop() {
        let stop = Stop::default();
        stop.stop();
        assert_eq!(stop.spawn(&mut Command::new("true")).unwrap_err().to_string(), "stopped");
    }

    #[test]
    fn a_stop_after_the_end_harms_nobody() {
        let stop = Stop::default();
        let mut child = stop.spawn(&mut Command::new("true")).unwrap();
        assert!(stop.wait(&mut child).unwrap().success());
        stop.stop();
        assert!(stop.is_stopped());
    }
}
