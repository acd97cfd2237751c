//! Finds, names and ends every process that outlives the body.
//!
//! The supervisor is a subreaper (prctl(2), PR_SET_CHILD_SUBREAPER): whatever the body leaves
//! becomes its child.

use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{Pid, getpgid, getpgrp};

use crate::procfs;

/// The pause between two looks, and how many there are. The grace is there for processes that are
/// about to end: a child that escaped into the test must have its say, and the child of a shell
/// that was killed needs a moment to see the end of its pipe.
const PAUSE: Duration = Duration::from_millis(2);
const LOOKS: u32 = 500;

/// The longest that it takes to kill what is left, where the system lets it be killed.
const PATIENCE: Duration = Duration::from_secs(8);

/// The most that are named.
const NAMED: usize = 8;

/// The most that are looked at in one round.
const ENOUGH: usize = 256;

/// Waits a moment for processes that end by themselves, until none is left or `enough` says so.
pub(crate) fn give_grace(mut enough: impl FnMut() -> bool) {
    for _ in 0..LOOKS {
        reap_the_dead();
        if !any_child() || enough() {
            return;
        }
        thread::sleep(PAUSE);
    }
}

/// Kills everything that is left and returns the names.
pub(crate) fn kill_all() -> Vec<String> {
    let mut names = Vec::new();
    let mut seen = Vec::new();
    let start = Instant::now();
    // Each round ends a generation, or what was forked since the last one.
    while any_child() {
        if start.elapsed() > PATIENCE {
            names.push("something that does not die".to_owned());
            break;
        }
        let found = procfs::descendants(Pid::this(), ENOUGH);
        for &pid in &found {
            let stat = procfs::stat(&procfs::folder(pid));
            if let Some(stat) = stat.filter(|stat| stat.state != 'Z' && !seen.contains(&pid)) {
                names.push(format!("{} (PID {pid})", procfs::program(&stat.name)));
            }
        }
        for &pid in &found {
            // A whole group dies at once: none of it can fork while a signal is pending.
            match getpgid(Some(pid)) {
                Ok(group) if group != getpgrp() => drop(killpg(group, Signal::SIGKILL)),
                _ => drop(kill(pid, Signal::SIGKILL)),
            }
        }
        seen.extend(found);
        reap_the_dead();
        // The dying need a processor, and this process may go before them.
        thread::sleep(Duration::from_micros(200));
    }
    if names.len() > NAMED {
        let more = names.len() - NAMED;
        names.truncate(NAMED);
        names.push(format!("and {more} more"));
    }
    names
}

fn reap_the_dead() {
    let flags = WaitPidFlag::WNOHANG | WaitPidFlag::__WALL;
    // It has reaped one that a real-time signal has ended when it says EINVAL: nix does not know
    // those signals.
    while !matches!(waitpid(None, Some(flags)), Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD)) {}
}

/// Whether there is any child, dead or alive.
fn any_child() -> bool {
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    waitid(Id::All, flags).is_ok()
}
