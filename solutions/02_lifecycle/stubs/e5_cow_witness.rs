//! Count what a fork copies: nothing at first, then each page that is written.
//!
//! The tests go green in three steps: `step1` the pages of the parent, `step2` the page faults of
//! the child, `step3` its private memory and what fails.
//! `cargo test -p lifecycle --test e5_cow_witness step1` runs those of the first step.

/// What a child learned about the pages that it shares with its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CowReport {
    /// Minor page faults of the child while it read (getrusage(2), `ru_minflt`).
    pub read_faults: u64,
    /// Minor page faults of the child while it wrote.
    pub write_faults: u64,
    /// Memory that was written and belongs to the child alone, after the writes, in KiB:
    /// `Private_Dirty` of the mapping in `/proc/self/smaps` (proc_pid_smaps(5)).
    pub private_dirty_kib: u64,
    /// Whether all pages of the parent held what it had written, after the child had ended.
    pub parent_intact: bool,
}

/// Has a child read `pages` pages of its parent, then write to the first `touch` of them, and
/// reports what that cost.
///
/// The pages are one private anonymous mapping (mmap(2)). The caller writes to each of them and
/// forks once. The child reads a byte of each page; then it writes another value to a byte of each
/// of the first `touch` pages. Each count is measured in the child, and covers its reads alone, or
/// its writes alone, up to a few dozen faults.
///
/// Only the caller returns, and the child does not clean up for it. The caller is left with no
/// mapping, descriptor or child that it did not have before. A signal that it handles meanwhile is
/// no failure.
///
/// # Errors
///
/// Fails with `EINVAL` where `pages` is 0 or less than `touch`, with `ENOMEM` where there can be no
/// such mapping, with `ECHILD` where the child ended without a report, and otherwise with the error
/// of the system call that failed.
///
/// # Safety
///
/// The caller must be single-threaded.
pub unsafe fn cow_witness(pages: usize, touch: usize) -> nix::Result<CowReport> {
    // TODO: map and fill the pages, fork, let the child count and report, and look at the pages.
    todo!("watch a child read {pages} pages and write to {touch}")
}
