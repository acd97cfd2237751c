//! Waits until the thread under test sleeps in a system call.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::{Pid, gettid};

/// After this time and so many looks, a thread counts as one that never sleeps. One that is about to
/// fall asleep does so much sooner, since whoever looks also yields the processor.
const PATIENCE: (Duration, u32) = (Duration::from_secs(2), 500);

/// So many looks in a row must find it asleep: a lock may hold it up for a moment.
const IN_A_ROW: u32 = 20;

/// A thread of this process.
#[derive(Clone, Copy)]
pub struct Thread(Pid);

impl Thread {
    /// The one that calls.
    pub fn current() -> Thread {
        Thread(gettid())
    }

    /// Waits until it is asleep in a system call; `false` if it never is.
    pub fn has_fallen_asleep(self) -> bool {
        let start = Instant::now();
        let mut looks = 0;
        let mut asleep = 0;
        while asleep < IN_A_ROW {
            if looks > PATIENCE.1 && start.elapsed() > PATIENCE.0 {
                return false;
            }
            looks += 1;
            asleep = if self.is_asleep() { asleep + 1 } else { 0 };
            thread::yield_now();
        }
        true
    }

    fn is_asleep(self) -> bool {
        // The state follows the name, which stands in parentheses (proc_pid_stat(5)).
        let stat = fs::read_to_string(format!("/proc/self/task/{}/stat", self.0));
        stat.is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('S')))
    }
}
