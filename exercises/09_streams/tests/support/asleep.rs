//! Waits until the thread under test sleeps in a system call, and interrupts that sleep.

use std::fs;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use nix::libc;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, gettid};

/// After this time and so many looks, a thread counts as one that never sleeps. One that is about to
/// fall asleep does so much sooner, since whoever looks also yields the processor.
const PATIENCE: (Duration, u32) = (Duration::from_secs(2), 500);

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
        while !self.is_asleep() {
            if looks > PATIENCE.1 && start.elapsed() > PATIENCE.0 {
                return false;
            }
            looks += 1;
            thread::yield_now();
        }
        true
    }

    fn is_asleep(self) -> bool {
        // The state follows the name, which stands in parentheses (proc_pid_stat(5)).
        let stat = fs::read_to_string(format!("/proc/self/task/{}/stat", self.0));
        stat.is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('S')))
    }

    /// Sends it this signal.
    pub fn signal(self, signal: Signal) {
        // SAFETY: the call takes numbers alone, and fails where there is no such thread.
        unsafe {
            libc::syscall(libc::SYS_tgkill, process::id(), self.0.as_raw(), signal as libc::c_int)
        };
    }

    /// Sends SIGALRM several times, each time while it is asleep in a system call, so that a call
    /// which a signal can interrupt surely is. There must be a handler.
    pub fn interrupt(self) {
        for _ in 0..3 {
            // One that never sleeps cannot be interrupted either.
            if !self.has_fallen_asleep() {
                return;
            }
            self.signal(Signal::SIGALRM);
        }
    }
}
