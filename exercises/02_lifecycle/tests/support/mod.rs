//! What the tests of this chapter see of other processes, by way of proc(5).

use std::fs;
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How often a process is looked at before it counts as one that never sleeps. A process that is
/// about to sleep gets there within a few looks, since every look also yields the processor.
const LOOKS: u32 = 20_000;

/// How often a wait is interrupted.
const INTERRUPTIONS: u32 = 10;

/// Sends SIGALRM to `waiting` several times, each time while it is asleep in a system call, so
/// that a call which a signal can interrupt surely is. The receiver must have a handler.
pub fn interrupt_the_sleep_of(waiting: Pid) {
    for _ in 0..INTERRUPTIONS {
        // One that never sleeps (it polls) cannot be interrupted either.
        if !has_fallen_asleep(waiting) || kill(waiting, Signal::SIGALRM).is_err() {
            return;
        }
    }
}

/// Waits until `pid` is asleep in a system call; `false` if it never is, or has ended.
pub fn has_fallen_asleep(pid: Pid) -> bool {
    for _ in 0..LOOKS {
        match state(pid) {
            Some('S') => return true,
            Some('Z') | None => return false,
            Some(_) => thread::yield_now(),
        }
    }
    false
}

/// The letter of proc_pid_stat(5) for the state of a process; `None` if there is no such process.
fn state(pid: Pid) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold any character, parentheses too.
    stat.rsplit_once(") ")?.1.chars().next()
}
