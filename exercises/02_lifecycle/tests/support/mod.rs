//! What the tests of this chapter do to processes, and see of them by way of proc(5).

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// After this time a process counts as one that never sleeps. One that is about to fall asleep
/// does so much sooner, since whoever looks also yields the processor.
const PATIENCE: Duration = Duration::from_millis(200);

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
    let mut state = None;
    patiently(|| {
        state = stat(pid, 0);
        state.as_deref().is_none_or(|state| state == "S" || state == "Z")
    });
    state.as_deref() == Some("S")
}

/// Looks again and again until `done`, or until it has taken too long.
pub fn patiently(mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() && start.elapsed() < PATIENCE {
        thread::yield_now();
    }
}

/// A field of proc_pid_stat(5), counted from the state; `None` if there is no such process.
pub fn stat(pid: Pid, field: usize) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold any character, parentheses and spaces too.
    stat.rsplit_once(") ")?.1.split(' ').nth(field).map(str::to_owned)
}
