//! Each wall stops what is smaller than itself: `catch_unwind` and a thread stop a panic, and only a
//! process stops what ends a process. What has no wall is refused before it runs.
//!
//! A process has no return value but eight bits, so the value goes through a pipe, and a pipe that
//! ends without one is information too. The tempting mistakes are to wait before the pipe is read,
//! since a long message fills it, and to read with a writing end of one's own still open.

use std::any::Any;
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

/// Where a job runs, the cheapest place first: on the thread of the caller, on a thread of its own, in
/// a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    SameThread,
    Thread,
    Process,
}

/// The worst that a job may do. It may do less, and return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worst {
    Panic,
    Abort,
    Fault,
    StackOverflow,
    Exit,
}

/// A job, and the worst that it may do.
pub struct Job {
    pub worst: Worst,
    pub run: Box<dyn FnOnce() -> u32 + Send>,
}

/// Why a job has no value: it panicked with this message (empty, where the payload is no text); a
/// signal terminated its process; its process exited with this code before the job came to its end;
/// it was not run, since its level does not hold its worst, and `need` is the cheapest that does.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    Panicked(String),
    Signaled(Signal),
    Exited(i32),
    WouldNotHold { need: Level },
}

/// What stands first in the report of a process, before the value or the message.
const VALUE: u8 = b'v';
const PANIC: u8 = b'p';

/// Runs a job once, where `level` says, and returns its value, any `u32`, or how it failed.
///
/// The caller goes on when the thread or the process of the job has ended; nothing is left of it, nor
/// a descriptor. A process holds whatever a job does, and does not clean up for the caller: after a
/// return or a panic, it writes no buffer and runs no exit handler. A program that the job has started
/// may live on; whether the caller waits for a child that it only forked is open. Other children of
/// the caller, and its panic hook, are left alone. A signal that the caller handles is no failure.
///
/// Panics where the system refuses what the level takes; then the job has not run.
///
/// # Safety
///
/// For [`Level::Process`] the caller must be single-threaded.
pub unsafe fn contain(level: Level, job: Job) -> Result<u32, Failure> {
    let need = cheapest_that_holds(job.worst);
    if level < need {
        return Err(Failure::WouldNotHold { need });
    }
    let result = match level {
        Level::SameThread => caught(job.run),
        Level::Thread => thread::spawn(job.run).join(),
        // SAFETY: our caller upholds what this asks for.
        Level::Process => return unsafe { in_a_process(job.run) },
    };
    result.map_err(|payload| Failure::Panicked(message(&*payload).to_owned()))
}

fn cheapest_that_holds(worst: Worst) -> Level {
    match worst {
        Worst::Panic => Level::SameThread,
        // Each of these ends the whole process, on whichever thread it happens.
        Worst::Abort | Worst::Fault | Worst::StackOverflow | Worst::Exit => Level::Process,
    }
}

/// What the job has touched stays as the panic left it: a lock that it held is poisoned, and whoever
/// locks it next is told. So the job may be called as unwind safe.
fn caught(run: impl FnOnce() -> u32) -> thread::Result<u32> {
    catch_unwind(AssertUnwindSafe(run))
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let literal = payload.downcast_ref::<&str>().copied();
    literal.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or_default()
}

/// # Safety
///
/// The caller must be single-threaded.
unsafe fn in_a_process(run: impl FnOnce() -> u32) -> Result<u32, Failure> {
    let (mut report, to_parent) = io::pipe().unwrap_or_else(|e| panic!("no pipe for a job: {e}"));
    // SAFETY: our caller upholds what `fork` asks for.
    let forked = unsafe { fork() };
    let child = match forked.unwrap_or_else(|e| panic!("no process for a job: {e}")) {
        ForkResult::Parent { child } => child,
        ForkResult::Child => {
            // Borrowed, so that no destructor of a payload runs, which might panic in turn.
            let sent = send(to_parent, &caught(run));
            // SAFETY: `_exit` takes any code and does not return.
            unsafe { libc::_exit(sent.is_err().into()) }
        }
    };
    // With our own writing end open, the pipe would have no end.
    drop(to_parent);
    let mut bytes = Vec::new();
    // What cannot be read is no report; the status says more.
    let _ = report.read_to_end(&mut bytes);
    let status = wait_for(child);

    match (status, bytes.split_first()) {
        (WaitStatus::Signaled(_, signal, _), _) => Err(Failure::Signaled(signal)),
        (WaitStatus::Exited(_, 0), Some((&VALUE, value))) => {
            Ok(u32::from_ne_bytes(value.try_into().expect("a value is sent as a whole")))
        }
        (WaitStatus::Exited(_, 0), Some((_, text))) => {
            Err(Failure::Panicked(String::from_utf8_lossy(text).into_owned()))
        }
        (WaitStatus::Exited(_, code), _) => Err(Failure::Exited(code)),
        (other, _) => unreachable!("{other:?} is no end, and only an end was asked for"),
    }
}

/// What the child tells its parent.
fn send(mut to_parent: impl Write, result: &thread::Result<u32>) -> io::Result<()> {
    match result {
        Ok(value) => {
            to_parent.write_all(&[VALUE])?;
            to_parent.write_all(&value.to_ne_bytes())
        }
        Err(payload) => {
            to_parent.write_all(&[PANIC])?;
            to_parent.write_all(message(&**payload).as_bytes())
        }
    }
}

fn wait_for(child: Pid) -> WaitStatus {
    loop {
        match waitpid(child, None) {
            Err(Errno::EINTR) => {}
            other => return other.expect("the child is ours, and nobody else waits for it"),
        }
    }
}
