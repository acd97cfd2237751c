//! A record is one line, but its second field is a name that somebody chose: only what comes behind
//! its last parenthesis can be counted. The tempting mistake is to split the line at its spaces,
//! which is right until a name has one; then every field is another one.

use std::fs;
use std::io;
use std::str::FromStr;
use std::time::Duration;

use nix::libc;
use nix::unistd::{Pid, SysconfVar, sysconf};

use crate::record::{ProcError, ProcStat, ProcState};

impl FromStr for ProcStat {
    type Err = ProcError;

    /// Takes a record apart: the text of `/proc/PID/stat`, with or without the line break at its
    /// end.
    ///
    /// The name is any text, also one that looks like other fields, and stays as it is. A field
    /// that [`ProcStat`] does not have may be a negative number, or a large one. Behind the last
    /// one that it has, there may be none or many: kernels differ.
    ///
    /// # Errors
    ///
    /// Fails with [`ProcError::Malformed`] where a field of [`ProcStat`] is missing, or is no
    /// number that its type can hold, and where the state is anything but one of the letters in
    /// [`ProcState`](crate::record::ProcState). No text is a reason to panic.
    fn from_str(record: &str) -> Result<ProcStat, ProcError> {
        // No field behind the name has a parenthesis, so the last one in the record ends the name.
        let (start, rest) = record.rsplit_once(')').ok_or_else(|| missing(2))?;
        let (pid, comm) = start.split_once(" (").ok_or_else(|| missing(2))?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        let field = |number: usize| {
            // The first field behind the name is the third.
            fields.get(number - 3).copied().ok_or_else(|| missing(number))
        };
        Ok(ProcStat {
            pid: Pid::from_raw(parsed(pid)?),
            comm: comm.to_owned(),
            state: state(field(3)?)?,
            ppid: Pid::from_raw(parsed(field(4)?)?),
            utime_ticks: parsed(field(14)?)?,
            stime_ticks: parsed(field(15)?)?,
            num_threads: parsed(field(20)?)?,
            start_time: parsed(field(22)?)?,
            rss_pages: parsed(field(24)?)?,
        })
    }
}

fn missing(number: usize) -> ProcError {
    ProcError::Malformed(format!("it has no field {number}"))
}

fn parsed<T: FromStr>(field: &str) -> Result<T, ProcError> {
    field.parse().map_err(|_| ProcError::Malformed(format!("{field:?} is no such number")))
}

fn state(letter: &str) -> Result<ProcState, ProcError> {
    Ok(match letter {
        "R" => ProcState::Running,
        "S" => ProcState::Sleeping,
        "D" => ProcState::DiskSleep,
        "T" => ProcState::Stopped,
        "t" => ProcState::Traced,
        "Z" => ProcState::Zombie,
        "X" => ProcState::Dead,
        "I" => ProcState::Idle,
        _ => return Err(ProcError::Malformed(format!("{letter:?} is no state"))),
    })
}

impl ProcStat {
    /// Reads the record of the process `pid`. What is not UTF-8 in its name becomes U+FFFD, as
    /// [`String::from_utf8_lossy`] does it.
    ///
    /// # Errors
    ///
    /// Fails with [`ProcError::Gone`] and `pid` where there is no such process. This may be so from
    /// the start, or only after the file has been opened: then it is read(2) that fails, with
    /// `ESRCH`. Fails with [`ProcError::Io`] where the record cannot be read for another reason.
    pub fn read(pid: Pid) -> Result<ProcStat, ProcError> {
        let bytes = fs::read(format!("/proc/{pid}/stat")).map_err(|error| unread(pid, error))?;
        String::from_utf8_lossy(&bytes).parse()
    }

    /// The processor time that the process has used, in the code of its program and in the kernel.
    ///
    /// It is off by less than a microsecond, also where a hundred processors have worked for a
    /// month. How many ticks a second has, sysconf(3) says (`_SC_CLK_TCK`).
    pub fn cpu_time(&self) -> Duration {
        let per_second = sysconf(SysconfVar::CLK_TCK).ok().flatten();
        let per_second = per_second.expect("every system has ticks").cast_unsigned();
        let ticks = self.utime_ticks + self.stime_ticks;
        // The whole seconds first: all the ticks in nanoseconds may be more than 64 bits can hold.
        let rest = ticks % per_second * 1_000_000_000 / per_second;
        Duration::from_secs(ticks / per_second) + Duration::from_nanos(rest)
    }
}

fn unread(pid: Pid, error: io::Error) -> ProcError {
    match error.raw_os_error() {
        Some(libc::ENOENT | libc::ESRCH) => ProcError::Gone(pid),
        _ => ProcError::Io(error),
    }
}
