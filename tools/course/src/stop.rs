//! Ends what was started, at any moment and from any thread: a new save, `q` or Ctrl-C must not
//! wait for a build or for a test that hangs. What was started ends with this program, too, also
//! where this program is killed and can do nothing any more.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// Ends the processes that were started with it; a clone ends the same ones. They end with the
/// last clone, at the latest.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    stopped: bool,
    group: Option<Group>,
}

impl Stop {
    /// Kills what runs, and lets nothing start any more.
    pub fn stop(&self) {
        let mut state = self.state();
        state.stopped = true;
        state.group = None;
    }

    /// Whether it was stopped.
    pub fn is_stopped(&self) -> bool {
        self.state().stopped
    }

    /// Starts a process in a group of its own, so that its children can be ended with it.
    ///
    /// # Errors
    ///
    /// Fails where the process cannot be started, or must not be any more.
    pub fn spawn(&self, command: &mut Command) -> Result<Child> {
        let mut state = self.state();
        if state.stopped {
            bail!("stopped");
        }
        let group = match &state.group {
            Some(group) => group.id(),
            None => state.group.insert(Group::new().context("cannot start sh")?).id(),
        };
        Ok(command.process_group(group.as_raw()).spawn()?)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A group of processes, which ends with the value.
///
/// A shell leads it and does nothing but wait for the end of a pipe whose other end only this
/// program holds. The kernel closes it when this program ends in any way; then the shell kills its
/// group. `PR_SET_PDEATHSIG` would reach Cargo alone, and not what Cargo has started.
#[derive(Debug)]
struct Group(Child);

impl Group {
    fn new() -> io::Result<Group> {
        let mut shell = Command::new("sh");
        shell.args(["-c", "read -r end; kill -s KILL 0"]).process_group(0);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        shell.spawn().map(Group)
    }

    /// The number of the shell, which nobody has waited for: it cannot have become another's.
    fn id(&self) -> Pid {
        Pid::from_raw(self.0.id().cast_signed())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The shell is in its group, so there is one to kill, and then nothing left to fail.
        let _ = killpg(self.id(), Signal::SIGKILL);
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::process::ExitStatusExt;

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

        assert_eq!(child.wait().unwrap().signal(), Some(Signal::SIGKILL as i32));
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
        assert!(child.wait().unwrap().success());
        stop.stop();
        assert!(stop.is_stopped());
    }
}
