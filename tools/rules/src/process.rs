//! Runs a program to its end, in a temporary folder, and leaves nothing of it behind.

use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// How a program ended.
#[derive(Debug)]
pub struct Ended {
    pub pid: u32,
    pub status: ExitStatus,
    /// What it and its children printed, on stdout and stderr alike.
    pub printed: String,
}

/// Runs `command` in a new, empty folder, without input. When the program has ended, and everybody
/// who could still print has closed the output, what is left of its process group is killed.
///
/// # Errors
///
/// Fails where the program cannot be started or does not end within `limit`.
pub fn run(mut command: Command, limit: Duration) -> Result<Ended> {
    let name = command.get_program().display().to_string();
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let (mut output, writer) = io::pipe().context("cannot make a pipe")?;
    command
        .current_dir(folder.path())
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(writer.try_clone().context("cannot copy the end of a pipe")?)
        .stderr(writer)
        .process_group(0);
    let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
    // The command holds ends of the pipe, and the output would never end.
    drop(command);

    let pid = child.id();
    let (done, outcome) = mpsc::channel();
    thread::spawn(move || {
        let mut printed = Vec::new();
        let read = output.read_to_end(&mut printed);
        let status = child.wait();
        // Nobody listens where the limit has passed.
        let _ = done.send(read.and(status).map(|status| (status, printed)));
    });
    let outcome = outcome.recv_timeout(limit);
    // An error says that nothing is left.
    let _ = killpg(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL);
    let Ok(outcome) = outcome else {
        bail!("{name} did not end within {limit:?}");
    };
    let (status, printed) = outcome.with_context(|| format!("cannot wait for {name}"))?;
    Ok(Ended { pid, status, printed: String::from_utf8_lossy(&printed).into_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, limit: Duration) -> Result<Ended> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run(command, limit)
    }

    #[test]
    fn all_that_is_printed_is_there_in_its_order() {
        let ended = sh("echo out; echo err >&2; ls; exit 3", Duration::from_secs(60)).unwrap();
        assert_eq!(ended.printed, "out\nerr\n");
        assert_eq!(ended.status.code(), Some(3));
    }

    #[test]
    fn what_a_child_prints_later_is_waited_for() {
        let ended = sh("(sleep 0.2; echo child) & echo parent", Duration::from_secs(60)).unwrap();
        let mut lines: Vec<&str> = ended.printed.lines().collect();
        // On a busy machine the child may come first.
        lines.sort_unstable();
        assert_eq!(lines, ["child", "parent"]);
    }

    #[test]
    fn a_program_that_does_not_end_is_killed() {
        let error = sh("sleep 1000 & sleep 1000", Duration::from_millis(50)).unwrap_err();
        assert_eq!(error.to_string(), "sh did not end within 50ms");
    }
}
