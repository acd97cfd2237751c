//! Run a job behind a wall that holds the worst it may do, and tell how it ended.
//!
//! Four steps of tests: `step1` the same thread, `step2` a thread, `step3` a process, `step4` what it
//! leaves. `cargo test -p threads --test e3_crash_containment step1` runs those of the first.

use nix::sys::signal::Signal;

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
    // TODO: refuse, or run the job behind its wall.
    todo!("hold at worst a {:?} at {level:?}", job.worst)
}
