//! Children of a test that do a job when they are told to. They are forked before the test opens
//! anything, so that they hold nothing of it.

use std::fs;
use std::io::{self, PipeWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

/// The code of a child whose job has panicked.
const PANICKED: i32 = 101;

/// How long a process is given to fall asleep or to end; it needs much less.
const PATIENCE: Duration = Duration::from_secs(4);

/// A child that waits to be told.
pub struct Told {
    pub pid: Pid,
    go: PipeWriter,
}

impl Told {
    /// Forks it. It exits with what the job returns.
    pub fn to(job: impl FnOnce() -> u8) -> Told {
        let (mut wait, go) = io::pipe().unwrap();
        // SAFETY: a graded test has one thread.
        match unsafe { fork() }.unwrap() {
            ForkResult::Parent { child } => Told { pid: child, go },
            ForkResult::Child => {
                drop(go);
                let code = match wait.read_exact(&mut [0]) {
                    Ok(()) => catch_unwind(AssertUnwindSafe(job)).map_or(PANICKED, i32::from),
                    // The test has ended.
                    Err(_) => 0,
                };
                // SAFETY: `_exit` takes any code and does not return.
                unsafe { libc::_exit(code) }
            }
        }
    }

    /// Lets it begin.
    pub fn go(&mut self) {
        self.go.write_all(b"g").unwrap();
    }

    /// Waits for its end and returns its code.
    pub fn code(self) -> i32 {
        loop {
            match waitpid(self.pid, None) {
                // A handler of the test has run meanwhile.
                Err(Errno::EINTR) => {}
                Ok(WaitStatus::Exited(_, code)) => return code,
                status => panic!("a child of this test, which should exit, ended as {status:?}"),
            }
        }
    }

    /// Waits until `seen` and until the child sleeps in a system call; `false` if it has ended, or
    /// never sleeps.
    pub fn is_asleep_and(&self, mut seen: impl FnMut() -> bool) -> bool {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap_or_default();
            // The name stands in parentheses and may hold any character.
            match stat.rsplit_once(") ").and_then(|(_, fields)| fields.chars().next()) {
                Some('S') if seen() => return true,
                None | Some('Z') => return false,
                _ => thread::yield_now(),
            }
        }
        false
    }
}
