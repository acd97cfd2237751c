//! Ends what is left where there is no PID namespace that ends with its first process.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// The longest that it is tried.
const PATIENCE: Duration = Duration::from_secs(10);

/// Kills the descendants of this process, which must be a subreaper: whoever loses its parent
/// becomes its child.
pub(super) fn end() {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let mut pending = vec![Pid::this()];
        while let Some(pid) = pending.pop() {
            for child in children(pid) {
                // Between the look and the signal it can have ended, but not be waited for: its
                // parent is this process, or is killed before its children.
                let _ = kill(child, Signal::SIGKILL);
                pending.push(child);
            }
        }
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Err(Errno::ECHILD) => return,
            Ok(WaitStatus::StillAlive) => thread::sleep(Duration::from_millis(1)),
            _ => {}
        }
    }
}

fn children(pid: Pid) -> Vec<Pid> {
    let mut found = Vec::new();
    for thread in fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        let numbers = children.split_whitespace().filter_map(|child| child.parse().ok());
        found.extend(numbers.map(Pid::from_raw));
    }
    found
}
