//! Keep a ledger of the descriptors of a process, and tell what has changed between two looks.
//!
//! The tests go green in three steps: `step1` tells what each descriptor leads to, `step2` how it
//! is open and in which process, and `step3` compares.
//! `cargo test -p processes --test e3_fd_ledger step1` runs those of the first step.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::RawFd;

use nix::unistd::Pid;

pub use crate::descriptor::{FdInfo, FdKind, LedgerDiff};

/// The open descriptors of a process, by their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FdLedger(pub BTreeMap<RawFd, FdInfo>);

impl FdLedger {
    /// All that this process has open. What the call itself opens to find out is not among it, and
    /// is closed when it returns.
    ///
    /// Other threads may open and close meanwhile. What is closed before it was looked at in full
    /// is left out, and no error.
    ///
    /// # Errors
    ///
    /// Fails where anything else fails, with the error of the system.
    pub fn of_self() -> io::Result<FdLedger> {
        // TODO: list the numbers first, then look at each.
        todo!("list what is open here")
    }

    /// The same for any process whose descriptors the caller may see.
    ///
    /// # Errors
    ///
    /// As [`FdLedger::of_self`], and where there is no such process. For a zombie, and a process
    /// that ends meanwhile, it may fail or return what was open still.
    pub fn of(pid: Pid) -> io::Result<FdLedger> {
        todo!("list what is open in process {pid}")
    }

    /// What has changed from here to `later`.
    ///
    /// Two descriptors lead to the same object where device and inode are the same, and for
    /// [`FdKind::Anon`] the name as well, because most of these share one inode. All else may change:
    /// the path of a file that was renamed, or deleted, the offset, the flag.
    pub fn diff(&self, later: &FdLedger) -> LedgerDiff {
        todo!("compare {self:?} with {later:?}")
    }
}
