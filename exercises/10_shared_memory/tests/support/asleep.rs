//! Sees whether a process sleeps (proc_pid_stat(5)).

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::Pid;

/// After this time a process counts as one that never sleeps.
const PATIENCE: Duration = Duration::from_secs(2);

/// Waits until `pid` sleeps in a system call; `false` if it never does, or has ended.
pub fn has_fallen_asleep(pid: Pid) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match state(pid).as_deref() {
            Some("S") => return true,
            Some("Z") | None => return false,
            Some(_) => thread::yield_now(),
        }
    }
    false
}

fn state(pid: Pid) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold any character, parentheses and spaces too.
    stat.rsplit_once(") ")?.1.split(' ').next().map(str::to_owned)
}
