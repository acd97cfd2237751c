//! The process between libtest and the test: forks the body, watches it, cleans up, and judges.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl;
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, dup2_stdin, fork};

use crate::SUPERVISES;
use crate::body;
use crate::diagnose;
use crate::leftovers;
use crate::message::{self, Secret, Verdict};
use crate::options::Options;
use crate::procfs;
use crate::verdict::{Failure, Kind, TestResult};

/// How often the number of processes is looked at.
const TICK: Duration = Duration::from_millis(5);

/// Runs the test in a forked process and tells the parent how it ended.
pub(crate) fn supervise<T: TestResult>(options: &Options, test: fn() -> T) -> ! {
    match try_supervise(options, test) {
        Ok(()) => body::leave(0),
        Err(error) => {
            // Without a verdict, the parent fails the test.
            eprintln!("the supervisor of the test failed: {error}");
            body::leave(1)
        }
    }
}

fn try_supervise<T: TestResult>(options: &Options, test: fn() -> T) -> io::Result<()> {
    let mut parent = take_stdin()?;
    let mut secret = Secret::default();
    parent.read_exact(&mut secret)?;

    // SAFETY: the only other thread is libtest's main thread, which waits for this one and does
    // not touch the environment.
    unsafe { std::env::remove_var(SUPERVISES) };
    // Orphans become our children, so that none can get away.
    prctl::set_child_subreaper(true)?;
    run_before_others();

    let inner_secret = message::secret();
    let (reports, to_us) = UnixDatagram::pair()?;
    // A full socket must not block an escaped child.
    to_us.set_nonblocking(true)?;
    reports.set_nonblocking(true)?;

    let supervisor = Pid::this();
    let deadline = Instant::now() + Duration::from_millis(options.timeout_ms);
    // SAFETY: libtest's main thread waits for this one and holds no lock, so the child finds every
    // lock of the standard library free.
    let body = match unsafe { fork() }? {
        ForkResult::Parent { child } => child,
        ForkResult::Child => {
            drop((parent, reports));
            body::run(options, test, supervisor, &inner_secret, &to_us)
        }
    };
    drop(to_us);

    let stopped = watch(body, &parent, options, deadline)?;
    if stopped.is_some() {
        // The group first: nothing in it can fork any more once the signal is pending.
        let _ = killpg(body, Signal::SIGKILL);
        let _ = kill(body, Signal::SIGKILL);
    }
    let status = wait_for(body)?;
    let mut inbox = Inbox { reports, secret: inner_secret, said: Vec::new() };
    leftovers::give_grace(|| inbox.escape().is_some());
    let left = leftovers::kill_all();

    let verdict = judge(stopped, inbox.read(), status, &left, options);
    parent.write_all(&message::encode(&secret, &verdict))
}

/// The messages of the body and of children that escaped from it.
struct Inbox {
    reports: UnixDatagram,
    secret: Secret,
    said: Vec<Verdict>,
}

impl Inbox {
    fn read(&mut self) -> &[Verdict] {
        let mut buffer = vec![0; message::BUFFER];
        while let Ok(read) = self.reports.recv(&mut buffer) {
            self.said.extend(message::decode(&self.secret, &buffer[..read]));
        }
        &self.said
    }

    fn escape(&mut self) -> Option<&Failure> {
        self.read().iter().find_map(|verdict| match verdict {
            Err(failure) if failure.kind == Kind::Escaped => Some(failure),
            _ => None,
        })
    }
}

/// The stream to the parent is our standard input; the body gets an empty one.
fn take_stdin() -> io::Result<UnixStream> {
    let stream = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    dup2_stdin(File::open("/dev/null")?)?;
    Ok(stream)
}

/// Waits until the body has ended (`None`), or says why it must be ended.
fn watch(
    body: Pid,
    parent: &UnixStream,
    options: &Options,
    deadline: Instant,
) -> io::Result<Option<Failure>> {
    let pidfd = pidfd(body)?;
    let tasks_before = procfs::tasks_of_the_machine();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let seconds = options.timeout_ms as f64 / 1_000.0;
            let message = format!("did not end in {seconds} s\n{}", diagnose::describe(body));
            return Ok(Some(Failure::new(Kind::Timeout, message)));
        }
        let mut ends = [
            PollFd::new(pidfd.as_fd(), PollFlags::POLLIN),
            PollFd::new(parent.as_fd(), PollFlags::POLLIN),
        ];
        let tick = PollTimeout::try_from(left.min(TICK)).unwrap_or(PollTimeout::ZERO);
        match poll(&mut ends, tick) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let [body_has_ended, parent_has_gone] = ends.map(|end| end.any().unwrap_or(false));
        if body_has_ended {
            return Ok(None);
        }
        if parent_has_gone {
            // Ctrl-C, or the end of cargo: nobody waits for a verdict any more.
            return Ok(Some(Failure::new(Kind::Signal, "the test was stopped from outside")));
        }
        // The machine's count is cheap; only where it has grown is our own share looked at.
        let most = options.processes;
        let grown = procfs::tasks_of_the_machine() > tasks_before.map(|tasks| tasks + most as u64);
        if grown && procfs::descendants(Pid::this(), most).len() > most {
            let message = format!("started more than {most} processes");
            return Ok(Some(Failure::new(Kind::Limit, message)));
        }
    }
}

fn pidfd(pid: Pid) -> io::Result<OwnedFd> {
    // SAFETY: the call takes a process and flags, and returns a descriptor or -1.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor is new, so nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as RawFd) })
}

/// Lets this process run whenever it wants to, where it may.
///
/// A limit on processes does not bind root (setrlimit(2), RLIMIT_NPROC). There a fork bomb ends
/// only if this process gets a processor before thousands of others do. Who may not ask for this
/// priority is bound by the limit.
fn run_before_others() {
    let priority = libc::sched_param { sched_priority: 1 };
    let policy = libc::SCHED_FIFO | libc::SCHED_RESET_ON_FORK;
    // SAFETY: the parameter is valid for the call. A refusal is fine.
    unsafe { libc::sched_setscheduler(0, policy, &priority) };
}

fn wait_for(pid: Pid) -> nix::Result<WaitStatus> {
    loop {
        match waitpid(pid, None) {
            Err(Errno::EINTR) => {}
            status => return status,
        }
    }
}

/// The first reason to fail, the root cause before what follows from it.
fn judge(
    stopped: Option<Failure>,
    said: &[Verdict],
    status: WaitStatus,
    left: &[String],
    options: &Options,
) -> Verdict {
    let escaped = said
        .iter()
        .find(|verdict| matches!(verdict, Err(failure) if failure.kind == Kind::Escaped));
    if let Some(escaped) = escaped {
        return escaped.clone();
    }
    if let Some(failure) = stopped {
        return Err(failure);
    }
    if let WaitStatus::Signaled(_, signal, _) = status {
        let message = format!("the process of the test was ended by {}", named(signal));
        return Err(Failure::new(Kind::Signal, message));
    }
    match said {
        [] => {
            let code = if let WaitStatus::Exited(_, code) = status { code } else { -1 };
            let message = format!(
                "the process of the test ended early, with exit status {code}: that is no pass.\n\
                 Does the code call exit or _exit in the process that called it?"
            );
            Err(Failure::new(Kind::Exit, message))
        }
        [Ok(()), ..] if !left.is_empty() && !options.leftovers_ok => {
            let message = format!(
                "left {} running: {}\nWait for every child that the code starts.",
                if left.len() == 1 {
                    "a process".to_owned()
                } else {
                    format!("{} processes", left.len())
                },
                left.join(", ")
            );
            Err(Failure::new(Kind::Leftovers, message))
        }
        [verdict, ..] => verdict.clone(),
    }
}

/// A signal with its usual cause.
fn named(signal: Signal) -> String {
    let cause = match signal {
        Signal::SIGSEGV => "a bad memory access",
        Signal::SIGABRT => "abort, a panic while panicking, a full stack, or no memory left",
        Signal::SIGXFSZ => "a file grew past the limit",
        Signal::SIGXCPU => "too much processor time",
        Signal::SIGPIPE => "a write to a pipe that nobody reads",
        Signal::SIGKILL => "kill -9",
        _ => return signal.as_str().to_owned(),
    };
    format!("{} ({cause})", signal.as_str())
}
