//! Waits for a test binary as long as something can still come of it.
//!
//! There is no limit for a binary as a whole: the grader ends each of its tests within the limit of
//! that test, however slow the machine is. What the grader cannot see is a binary that was stopped
//! by a signal, or that hangs outside of all graded tests, before the first of them or behind the
//! last. Such a binary is ended from here.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

/// How long each sign that nothing will come may last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// How often the signs are looked for.
    pub tick: Duration,
    /// The binary is stopped by a signal.
    pub stopped: Duration,
    /// It has no process that lives, so no graded test is running, and none has ended.
    pub idle: Duration,
    /// No test has ended, whatever else goes on. The grader is never that slow.
    pub silent: Duration,
}

impl Patience {
    pub const DEFAULT: Patience = Patience {
        tick: Duration::from_millis(250),
        stopped: Duration::from_secs(10),
        idle: Duration::from_secs(60),
        silent: Duration::from_secs(600),
    };
}

/// Waits until the binary ends, or ends it; the text says why, then. `report` is the file to which
/// each test adds its line. Where the binary is ended, its supervisors notice and end their tests.
///
/// # Errors
///
/// Fails where the process cannot be waited for.
pub(super) fn wait(
    child: &mut Child,
    report: &Path,
    patience: &Patience,
) -> io::Result<(ExitStatus, Option<String>)> {
    let pid = Pid::from_raw(child.id().cast_signed());
    let (done, has_ended) = mpsc::channel();
    let reason = thread::scope(|scope| {
        scope.spawn(move || {
            // It stays a zombie, so that its number cannot become another's before it is killed.
            let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
            while let Err(Errno::EINTR) = waitid(Id::Pid(pid), flags) {}
            // Where nobody listens, there is nobody to tell.
            let _ = done.send(());
        });
        let (mut signs, mut reason, mut last) = (Signs::default(), None, Instant::now());
        while let Err(RecvTimeoutError::Timeout) = has_ended.recv_timeout(patience.tick) {
            // What is counted is time in which this program itself got on: one that was stopped, or
            // waited for a processor, has seen nothing.
            let step = last.elapsed().min(2 * patience.tick);
            last = Instant::now();
            if reason.is_none() {
                reason = signs.read(pid, report, step).exhausted(patience);
                if reason.is_some() {
                    // Nothing is left to fail: the process is there, and it is ours.
                    let _ = kill(pid, Signal::SIGKILL);
                }
            }
        }
        reason
    });
    Ok((child.wait()?, reason))
}

/// For how long each sign has lasted.
#[derive(Default)]
struct Signs {
    reported: u64,
    stopped: Duration,
    idle: Duration,
    silent: Duration,
}

impl Signs {
    fn read(&mut self, pid: Pid, report: &Path, step: Duration) -> &Signs {
        let reported = fs::metadata(report).map_or(0, |data| data.len());
        let tested = reported != self.reported;
        self.reported = reported;
        let lasts =
            |sign: bool, lasted: Duration| if sign { lasted + step } else { Duration::ZERO };
        self.stopped = lasts(state(pid) == Some('T'), self.stopped);
        self.idle = lasts(!tested && has_no_children(pid), self.idle);
        self.silent = lasts(!tested, self.silent);
        self
    }

    fn exhausted(&self, patience: &Patience) -> Option<String> {
        let seconds = |lasted: Duration| lasted.as_secs();
        if self.stopped >= patience.stopped {
            Some("it was stopped by a signal and did not go on, so it was ended".to_owned())
        } else if self.idle >= patience.idle {
            let seconds = seconds(patience.idle);
            Some(format!("no test of the course ran in it for {seconds} s, so it was ended"))
        } else if self.silent >= patience.silent {
            let seconds = seconds(patience.silent);
            Some(format!("no test of it came to an end for {seconds} s, so it was ended"))
        } else {
            None
        }
    }
}

/// The state of a process, such as `R`, `S`, `T` or `Z`.
fn state(pid: Pid) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it can hold anything.
    stat.rsplit_once(')')?.1.trim_start().chars().next()
}

/// Whether a process has no child that lives; false where the system does not tell.
fn has_no_children(pid: Pid) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return false };
    for thread in threads.flatten() {
        let Ok(children) = fs::read_to_string(thread.path().join("children")) else { return false };
        let mut children = children.split_whitespace().filter_map(|child| child.parse().ok());
        if children.any(|child| !matches!(state(Pid::from_raw(child)), None | Some('Z'))) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::process::{CommandExt, ExitStatusExt};
    use std::process::{Command, Stdio};

    use nix::sys::signal::killpg;

    use super::*;

    const NEVER: Duration = Duration::from_secs(100_000);
    const SOON: Duration = Duration::from_millis(20);
    const ENDLESS: Patience =
        Patience { tick: Duration::from_millis(5), stopped: NEVER, idle: NEVER, silent: NEVER };

    fn wait_for(script: &str, patience: Patience) -> (ExitStatus, Option<String>) {
        let report = tempfile::NamedTempFile::new().unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).env("REPORT", report.path()).stdin(Stdio::null());
        wait(&mut shell.spawn().unwrap(), report.path(), &patience).unwrap()
    }

    #[test]
    fn a_binary_that_ends_is_waited_for() {
        let (status, ended) = wait_for("exit 7", ENDLESS);
        assert_eq!((status.code(), ended), (Some(7), None));
    }

    #[test]
    fn a_binary_that_was_stopped_is_ended() {
        let (status, ended) = wait_for("kill -s STOP $$", Patience { stopped: SOON, ..ENDLESS });
        assert_eq!(status.signal(), Some(Signal::SIGKILL as i32));
        insta::assert_snapshot!(ended.unwrap(), @"it was stopped by a signal and did not go on, so it was ended");
    }

    #[test]
    fn a_binary_in_which_no_test_runs_is_ended() {
        let patience = Patience { idle: SOON, ..ENDLESS };
        let (status, ended) = wait_for("while :; do :; done", patience);
        assert_eq!(status.signal(), Some(Signal::SIGKILL as i32));
        insta::assert_snapshot!(ended.unwrap(), @"no test of the course ran in it for 0 s, so it was ended");
    }

    #[test]
    fn a_binary_whose_test_runs_is_not_idle() {
        for (script, idle) in [("sleep 1000 & echo; wait", false), ("echo; read -r end", true)] {
            let mut shell = Command::new("sh");
            shell.args(["-c", script]).process_group(0);
            let mut shell = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            shell.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
            let pid = Pid::from_raw(shell.id().cast_signed());
            assert_eq!(has_no_children(pid), idle, "{script}");
            killpg(pid, Signal::SIGKILL).unwrap();
            shell.wait().unwrap();
        }
    }

    #[test]
    fn silence_ends_a_binary_and_a_report_breaks_it() {
        let patience = Patience { silent: SOON, ..ENDLESS };
        let (_, ended) = wait_for("while :; do :; done", patience);
        insta::assert_snapshot!(ended.unwrap(), @"no test of it came to an end for 0 s, so it was ended");

        let report = tempfile::NamedTempFile::new().unwrap();
        let mut signs = Signs { silent: SOON, idle: SOON, ..Signs::default() };
        fs::write(report.path(), "a line").unwrap();
        signs.read(Pid::this(), report.path(), SOON);
        assert_eq!((signs.silent, signs.idle), (Duration::ZERO, Duration::ZERO));
    }
}
