//! Waits until a thread of the test sleeps in a system call, and interrupts that sleep.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use nix::libc;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getpid, gettid};

use crate::procfs;

/// After this time and so many looks, a thread counts as one that never sleeps. One that is about to
/// fall asleep does so much sooner, since whoever looks also yields the processor.
const PATIENCE: (Duration, u32) = (Duration::from_secs(2), 500);

/// So many looks in a row must find it asleep: a lock may hold it up for a moment.
const IN_A_ROW: u32 = 20;

/// A thread of this process.
#[derive(Debug, Clone, Copy)]
pub struct Thread(Pid);

impl Thread {
    /// The one that calls.
    pub fn current() -> Thread {
        Thread(gettid())
    }

    /// Whether it sleeps in a system call at this moment; a thread that has ended does not.
    pub fn is_asleep(self) -> bool {
        let folder = PathBuf::from(format!("/proc/self/task/{}", self.0));
        procfs::stat(&folder).is_some_and(|stat| stat.state == 'S')
    }

    /// Waits until it is asleep in a system call; `false` if it never is.
    pub fn has_fallen_asleep(self) -> bool {
        let start = Instant::now();
        let (mut looks, mut asleep) = (0, 0);
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

    /// Sends it this signal.
    pub fn signal(self, signal: Signal) {
        let (process, thread) = (getpid().as_raw(), self.0.as_raw());
        // SAFETY: the call takes numbers alone, and fails where there is no such thread.
        unsafe { libc::syscall(libc::SYS_tgkill, process, thread, signal as libc::c_int) };
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
