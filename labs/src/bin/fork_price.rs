//! What does it cost to create a process, as the parent grows?
//!
//! `fork` copies the page tables of the parent, so its price grows with the memory that the parent
//! has touched. `std::process::Command` starts a program without that copy: glibc's `posix_spawn`
//! borrows the parent's memory until the program is executed (clone(2), `CLONE_VM | CLONE_VFORK`).
//!
//! How this lab could be wrong: a child that did more than `_exit` would fault pages in, and the
//! price would be higher; huge pages would divide the page tables by up to 512 and are turned off
//! here; and `Command` is charged for executing a program, which `fork` alone is not.

use std::num::NonZeroUsize;
use std::process::{Command, ExitCode};
use std::ptr::NonNull;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use labkit::{Lab, Variant};
use nix::libc;
use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap_anonymous, munmap};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

/// What the parent has touched, in MiB.
const SIZES: [usize; 5] = [1, 16, 64, 256, 512];

fn main() -> ExitCode {
    labkit::run("02_lifecycle/fork_price", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let (rounds, most) = if lab.is_quick() { (5, 64) } else { (41, 512) };
    // Leave half of the memory alone.
    let most = most.min(lab.free_memory_mib() as usize / 2);
    let sizes: Vec<usize> = SIZES.into_iter().filter(|&size| size <= most).collect();
    let (Some(&small), Some(&large)) = (sizes.first(), sizes.last()) else {
        anyhow::bail!("there is not enough free memory; close something and try again");
    };

    let mut variants: Vec<(String, Variant<'_>)> = Vec::new();
    for &size in &sizes {
        variants.push((format!("fork_{size}mib"), Box::new(move || beside(size, fork_and_wait))));
        variants.push((format!("command_{size}mib"), Box::new(move || beside(size, command))));
    }
    lab.measure(rounds, variants)?;

    let summary = |kind: &str, size: usize| lab.summary(&format!("{kind}_{size}mib"));
    let row = |&size: &usize| {
        let cells = ["fork", "command"].map(|kind| summary(kind, size).to_string());
        std::iter::once(format!("{size} MiB")).chain(cells).collect()
    };
    let rows: Vec<Vec<String>> = sizes.iter().map(row).collect();
    let median = |kind: &str, size| summary(kind, size).median;
    let growth = |kind| median(kind, large).saturating_sub(median(kind, small));
    let ratio = |kind| median(kind, large).as_secs_f64() / median(kind, small).as_secs_f64();
    let (fork_growth, command_growth) = (growth("fork"), growth("command"));
    let (fork_ratio, command_ratio) = (ratio("fork"), ratio("command"));
    lab.page_table(&["parent has touched", "`fork`", "`Command`"], &rows);
    lab.ratio("fork_ratio", fork_ratio);
    lab.ratio("command_ratio", command_ratio);
    lab.claim("fork costs more, the more the parent has touched", fork_ratio > 2.0);
    lab.claim("Command grows by less than half of that", command_growth < fork_growth / 2);
    Ok(())
}

/// Runs `create` while this process has touched `size` MiB more.
fn beside(size: usize, create: fn() -> Result<Duration>) -> Result<Duration> {
    let memory = Touched::new(size << 20)?;
    let took = create();
    drop(memory);
    took
}

fn fork_and_wait() -> Result<Duration> {
    let start = Instant::now();
    // SAFETY: this process has one thread.
    match unsafe { fork() }? {
        // SAFETY: `_exit` takes any status.
        ForkResult::Child => unsafe { libc::_exit(7) },
        ForkResult::Parent { child } => {
            let status = waitpid(child, None)?;
            let took = start.elapsed();
            ensure!(matches!(status, WaitStatus::Exited(_, 7)), "the child ended with {status:?}");
            Ok(took)
        }
    }
}

fn command() -> Result<Duration> {
    let start = Instant::now();
    let status = Command::new("true").status().context("cannot start `true`")?;
    let took = start.elapsed();
    ensure!(status.success(), "`true` ended with {status}");
    Ok(took)
}

/// Private memory of which every page has been written.
struct Touched {
    start: NonNull<libc::c_void>,
    length: usize,
}

impl Touched {
    fn new(length: usize) -> Result<Touched> {
        let size = NonZeroUsize::new(length).context("the size is not zero")?;
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice touches nothing else.
        let start = unsafe { mmap_anonymous(None, size, access, MapFlags::MAP_PRIVATE) }
            .context("cannot map the memory")?;
        let touched = Touched { start, length };
        // SAFETY: the range is the mapping. A kernel without huge pages refuses, which is as good.
        let _ = unsafe { madvise(start, length, MmapAdvise::MADV_NOHUGEPAGE) };
        for offset in (0..length).step_by(4_096) {
            // SAFETY: the offset lies in the mapping, which is writable and ours alone.
            unsafe { start.cast::<u8>().add(offset).write_volatile(1) };
        }
        Ok(touched)
    }
}

impl Drop for Touched {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and nothing points into it any more.
        let _ = unsafe { munmap(self.start, self.length) };
    }
}
