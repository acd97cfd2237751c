//! Read the kernel's record of a process: its name, its state, its parent, what it has used.

use std::str::FromStr;
use std::time::Duration;

use nix::unistd::Pid;

use crate::record::{ProcError, ProcStat};

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
        // TODO: find the end of the name first, and count the fields from there.
        todo!("take a record of {} bytes apart", record.len())
    }
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
        todo!("read the record of process {pid}")
    }

    /// The processor time that the process has used, in the code of its program and in the kernel.
    ///
    /// It is off by less than a microsecond, also where a hundred processors have worked for a
    /// month. How many ticks a second has, sysconf(3) says (`_SC_CLK_TCK`).
    pub fn cpu_time(&self) -> Duration {
        todo!("convert {} and {} ticks", self.utime_ticks, self.stime_ticks)
    }
}
