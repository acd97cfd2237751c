//! What e3_fd_ledger speaks of: a descriptor, and the difference between two looks at all of them.

use std::os::fd::RawFd;
use std::path::PathBuf;

/// What a descriptor leads to, by the text of the link `/proc/PID/fd/N` (proc_pid_fd(5)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FdKind {
    /// The text begins with `/`: a path, as it stands. It may end in ` (deleted)`.
    File(PathBuf),
    /// `pipe:[INODE]`.
    Pipe(u64),
    /// `socket:[INODE]`.
    Socket(u64),
    /// `anon_inode:NAME`, which has no file: the name as it stands, such as `[eventfd]`.
    Anon(String),
    /// Any other text, as it stands.
    Other(String),
}

/// An open descriptor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FdInfo {
    /// Its number.
    pub fd: RawFd,
    /// What it leads to.
    pub kind: FdKind,
    /// The device and the inode of what it leads to, as fstat(2) tells them.
    pub object: (u64, u64),
    /// Whether exec closes it (`O_CLOEXEC`).
    pub cloexec: bool,
    /// Where in its file the next read begins; 0 where there are no places, as in a pipe.
    pub offset: u64,
}

/// What has changed between two looks. Each list is in ascending order of numbers.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LedgerDiff {
    /// What is open only in the later one.
    pub opened: Vec<FdInfo>,
    /// What is open only in the earlier one.
    pub closed: Vec<FdInfo>,
    /// Numbers that are open in both and lead to another object: the earlier one, the later one.
    pub replaced: Vec<(FdInfo, FdInfo)>,
}
