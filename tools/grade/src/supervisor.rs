//! The process between libtest and the test: forks the body, watches it, cleans up, and judges.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::sys::prctl;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{ForkResult, Pid, dup2_stdin, fork, setsid};

use crate::SUPERVISES;
use crate::body;
use crate::guard::Guard;
use crate::isolate;
use crate::judge;
use crate::leftovers;
use crate::message::{self, Secret, Verdict};
use crate::options::Options;
use crate::priority;
use crate::verdict::{Failure, Kind, TestResult};
use crate::watch;

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
    // A session of its own: nothing here can join a group of processes that are not of the test.
    setsid()?;
    let mut secret = Secret::default();
    parent.read_exact(&mut secret)?;
    let verdict =
        graded(&parent, options, test).unwrap_or_else(|error| Err(Failure::not_started(&error)));
    parent.write_all(&message::encode(&secret, &verdict))
}

fn graded<T: TestResult>(
    parent: &UnixStream,
    options: &Options,
    test: fn() -> T,
) -> io::Result<Verdict> {
    // SAFETY: the only other thread is libtest's main thread, which waits for this one and does
    // not touch the environment.
    unsafe { std::env::remove_var(SUPERVISES) };
    // Orphans become our children, so that none can get away.
    prctl::set_child_subreaper(true)?;
    priority::before_others();
    let guard = Guard::raise();

    let verdict = attempt(parent, &guard, options, test, true)?;
    match isolate::was_refused(&verdict) {
        None => Ok(verdict),
        Some(failure) => {
            eprintln!("note: {}; all those of this user are counted", failure.message);
            let _alone = isolate::alone()?;
            attempt(parent, &guard, options, test, false)
        }
    }
}

/// Runs the test once; `isolated` gives it kernel objects of its own, if it wants a census.
fn attempt<T: TestResult>(
    parent: &UnixStream,
    guard: &Guard,
    options: &Options,
    test: fn() -> T,
    isolated: bool,
) -> io::Result<Verdict> {
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
            drop(reports);
            // SAFETY: this process never returns to where they are used or dropped.
            unsafe {
                libc::close(parent.as_raw_fd());
                guard.as_fd().map(|listener| libc::close(listener.as_raw_fd()));
            }
            body::run(options, test, supervisor, isolated, &inner_secret, &to_us)
        }
    };
    drop(to_us);

    let stopped = watch::watch(body, parent, guard, options, deadline)?;
    if stopped.is_some() {
        // The group first: nothing in it can fork any more once the signal is pending.
        let _ = killpg(body, Signal::SIGKILL);
        let _ = kill(body, Signal::SIGKILL);
    }
    let status = wait_for(body)?;
    let mut inbox = Inbox { reports, secret: inner_secret, said: Vec::new() };
    let mut breach = None;
    leftovers::give_grace(|| {
        breach = guard.breach();
        breach.is_some() || inbox.escape().is_some()
    });
    let left = leftovers::kill_all();

    Ok(judge::judge(stopped.or(breach), inbox.read(), status, &left, options))
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

fn wait_for(pid: Pid) -> nix::Result<ExitStatus> {
    let mut status = 0;
    loop {
        // SAFETY: the status is valid for the call. nix has no word for the real-time signals.
        match Errno::result(unsafe { libc::waitpid(pid.as_raw(), &mut status, 0) }) {
            Err(Errno::EINTR) => {}
            answer => return answer.map(|_| ExitStatus::from_raw(status)),
        }
    }
}
