//! What the kernel's record of a process says: the types of exercise 1.1.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::io;

use nix::unistd::Pid;

/// Some fields of a record, each with its number in proc_pid_stat(5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcStat {
    /// 1: the process ID.
    pub pid: Pid,
    /// 2: the name, without the parentheses around it.
    pub comm: String,
    /// 3: what the process does.
    pub state: ProcState,
    /// 4: the process ID of the parent; 0 where the parent cannot be seen from here.
    pub ppid: Pid,
    /// 14: the processor time in the code of the program, in ticks.
    pub utime_ticks: u64,
    /// 15: the processor time in the kernel, on behalf of the program, in ticks.
    pub stime_ticks: u64,
    /// 20: how many threads it has.
    pub num_threads: u32,
    /// 22: when it started, in ticks after the system did.
    pub start_time: u64,
    /// 24: how many pages of its memory are in RAM.
    pub rss_pages: u64,
}

/// What a process does, and the letter for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcState {
    /// `R`: it runs, or waits for a processor.
    Running,
    /// `S`: it waits for something, and a signal can end the wait.
    Sleeping,
    /// `D`: it waits for something, most often a disk, and handles no signal before that is over.
    DiskSleep,
    /// `T`: a signal has stopped it.
    Stopped,
    /// `t`: a debugger has stopped it.
    Traced,
    /// `Z`: it has ended, and nobody has waited for it.
    Zombie,
    /// `X`: it is about to vanish.
    Dead,
    /// `I`: a thread of the kernel that has nothing to do.
    Idle,
}

/// Why there is no record.
#[derive(Debug)]
pub enum ProcError {
    /// There is no process with this ID, or not any more.
    Gone(Pid),
    /// It does not read like a record; the text says why.
    Malformed(String),
    /// It could not be read for another reason.
    Io(io::Error),
}

impl Display for ProcError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            ProcError::Gone(pid) => write!(f, "there is no process {pid}"),
            ProcError::Malformed(why) => write!(f, "this is no record of a process: {why}"),
            ProcError::Io(error) => write!(f, "the record cannot be read: {error}"),
        }
    }
}

impl Error for ProcError {}
