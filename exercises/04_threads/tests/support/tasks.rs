//! Threads, as proc(5) shows them.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::Pid;

/// After this time a thread counts as one that neither ends nor falls asleep. One that does so does
/// it much sooner, since whoever looks also yields the processor.
const PATIENCE: Duration = Duration::from_secs(2);

/// Waits until the `ending` thread is gone and the `waiting` one asleep, or until `is_over`. Either
/// may be the other.
pub fn gone_and_asleep(ending: Pid, waiting: Pid, is_over: impl Fn() -> bool) {
    let start = Instant::now();
    let stays = || ending != waiting && state(ending).is_some();
    while !is_over() && (stays() || state(waiting) != Some('S')) && start.elapsed() < PATIENCE {
        thread::yield_now();
    }
}

/// The state of a thread (proc_pid_stat(5)); `None` if there is none of this ID.
fn state(thread: Pid) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{thread}/stat")).ok()?;
    // The name stands in parentheses and may hold any character, parentheses and spaces too.
    stat.rsplit_once(") ")?.1.chars().next()
}
