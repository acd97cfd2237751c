//! Other processes of a test, forked or started as programs of their own, that go step by step.

use std::env;
use std::fs;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

/// Tells a program that it is one: its descriptors.
const DESCRIPTORS: &str = "PEER_DESCRIPTORS";

/// What a process exits with when it panics.
const PANICKED: i32 = 101;

/// A process that waits and uses more of the processor than so many ticks does not sleep.
const TICKS: u64 = 10;

/// Another process, as the test has it. To drop it is to kill it, by a signal that it cannot handle.
pub struct Peer {
    pub pid: Pid,
    from: PipeReader,
    to: PipeWriter,
    ended: Option<WaitStatus>,
}

/// The test, as another process has it.
pub struct Test {
    /// From where it hears that it may go on.
    pub from: PipeReader,
    to: PipeWriter,
}

/// How a peer goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It sleeps.
    Sleeps,
    /// It has said something, which [`Peer::says`] returns.
    Speaks,
    /// It has ended, and has said nothing before.
    Ended(WaitStatus),
    /// It runs and runs.
    Runs,
}

impl Peer {
    /// Forks a process that does this and ends.
    pub fn forks(job: impl FnOnce(&mut Test)) -> Peer {
        let (mut test, mut peer) = connection();
        // SAFETY: a graded test has one thread.
        match unsafe { fork() }.unwrap() {
            ForkResult::Parent { child } => {
                peer.pid = child;
                peer
            }
            ForkResult::Child => {
                // Its `drop` is not for this process.
                mem::forget(peer);
                let done = catch_unwind(AssertUnwindSafe(|| job(&mut test)));
                // SAFETY: `_exit` takes any code and does not return.
                unsafe { libc::_exit(if done.is_ok() { 0 } else { PANICKED }) }
            }
        }
    }

    /// Starts a program that knows nothing of this process but a descriptor: this test binary, which
    /// runs the test of that name. [`program`] says there that it is the program.
    pub fn starts(test_name: &str, memory: BorrowedFd<'_>) -> Peer {
        let (test, mut peer) = connection();
        let kept = [memory.as_raw_fd(), test.from.as_raw_fd(), test.to.as_raw_fd()];
        let mut program = Command::new(env::current_exe().unwrap());
        program
            .args([test_name, "--exact", "--nocapture", "--test-threads=1"])
            .env_remove("GRADE_SUPERVISES")
            .env_remove("GRADE_REPORT")
            .env("GRADE_INPROC", "1")
            .env(DESCRIPTORS, kept.map(|fd| fd.to_string()).join(" "))
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        // SAFETY: the closure makes a system call for each descriptor, and allocates nothing.
        unsafe { program.pre_exec(move || kept.into_iter().try_for_each(survives_exec)) };
        peer.pid = Pid::from_raw(program.spawn().unwrap().id().cast_signed());
        peer
    }

    /// Waits for what the peer says next.
    #[track_caller]
    pub fn says(&mut self) -> u8 {
        let mut byte = [0];
        match self.from.read_exact(&mut byte) {
            Ok(()) => byte[0],
            Err(_) => panic!("a process ended too early: {:?}", self.status()),
        }
    }

    /// Lets the peer go on.
    pub fn goes_on(&mut self) {
        // One that has ended is found when something is expected of it.
        let _ = self.to.write_all(b".");
    }

    /// Waits until the peer sleeps, says something, or has ended. Call it when the peer has nothing to do
    /// but wait, or to say that it does not have to.
    pub fn next(&mut self) -> Next {
        let (_, before) = state(self.pid);
        loop {
            // What it says is looked for last: it is said before it sleeps.
            let (state, ticks) = state(self.pid);
            let says = self.has_said();
            match (says, state) {
                (true, _) => return Next::Speaks,
                (false, 'Z') => return Next::Ended(self.status()),
                (false, 'S') => return Next::Sleeps,
                _ if ticks - before > TICKS => return Next::Runs,
                _ => thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    /// Waits for the end of the peer, which must not have panicked.
    #[track_caller]
    pub fn ends(mut self) {
        let status = self.status();
        assert_eq!(status, WaitStatus::Exited(self.pid, 0), "how a process of this test ended");
    }

    fn has_said(&self) -> bool {
        readable([self], 0)[0] & libc::POLLIN != 0
    }

    fn status(&mut self) -> WaitStatus {
        *self.ended.get_or_insert_with(|| waitpid(self.pid, None).unwrap())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if self.ended.is_none() {
            let _ = kill(self.pid, Signal::SIGKILL);
            self.status();
        }
    }
}

impl Test {
    /// Tells the test something.
    pub fn hears(&mut self, byte: u8) {
        self.to.write_all(&[byte]).unwrap();
    }

    /// Waits until the test lets this process go on; ends the process where the test has ended.
    pub fn lets_go_on(&mut self) {
        if self.from.read_exact(&mut [0]).is_err() {
            // SAFETY: `_exit` takes any code and does not return.
            unsafe { libc::_exit(PANICKED) }
        }
    }
}

/// Where this process is a program that [`Peer::starts`] has started: the memory, and the test.
pub fn program() -> Option<(OwnedFd, Test)> {
    let descriptors = env::var(DESCRIPTORS).ok()?;
    let mut numbers = descriptors.split(' ').map(|number| number.parse::<RawFd>().unwrap());
    let mut next = || {
        // SAFETY: whoever set the variable has left these descriptors open for this process, which takes
        // them once: a program runs one test.
        unsafe { OwnedFd::from_raw_fd(numbers.next().unwrap()) }
    };
    Some((next(), Test { from: next().into(), to: next().into() }))
}

/// What poll(2) says of these when one has said something or has ended, or when the time is over: 0 of
/// those that have not.
pub fn readable<const N: usize>(peers: [&Peer; N], timeout_ms: libc::c_int) -> [libc::c_short; N] {
    let mut polled = peers.map(|peer| libc::pollfd {
        fd: peer.from.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    });
    // SAFETY: there are so many entries, and they are valid for the call.
    unsafe { libc::poll(polled.as_mut_ptr(), N as libc::nfds_t, timeout_ms) };
    polled.map(|polled| polled.revents)
}

fn connection() -> (Test, Peer) {
    let (from_test, to) = io::pipe().unwrap();
    let (from, to_test) = io::pipe().unwrap();
    let test = Test { from: from_test, to: to_test };
    (test, Peer { pid: Pid::from_raw(0), from, to, ended: None })
}

fn survives_exec(fd: RawFd) -> io::Result<()> {
    // SAFETY: the call changes a flag of a descriptor.
    Ok(Errno::result(unsafe { libc::fcntl(fd, libc::F_SETFD, 0) }).map(drop)?)
}

/// The state of a process, `S` where all of its threads sleep, and the ticks of the processor that it
/// has used (proc_pid_stat(5)).
fn state(pid: Pid) -> (char, u64) {
    let fields = |stat: &str| -> Option<(char, u64)> {
        // The name stands in parentheses and may hold any character, parentheses and spaces too.
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
        let ticks = |field: usize| fields[field].parse::<u64>().ok();
        Some((fields[0].chars().next()?, ticks(11)? + ticks(12)?))
    };
    let read = |file: &Path| fields(&fs::read_to_string(file).ok()?);
    let whole =
        read(&PathBuf::from(format!("/proc/{pid}/stat"))).expect("nobody has waited for it");
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let mut awake = threads.filter_map(|thread| read(&thread.path().join("stat")));
    (awake.find(|(state, _)| *state != 'S').map_or(whole.0, |(state, _)| state), whole.1)
}
