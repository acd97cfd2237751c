//! Memory that a process has touched, so that it is in its page tables.

use std::fs;
use std::num::NonZeroUsize;
use std::ptr::NonNull;

use anyhow::{Context, Result};
use nix::libc;
use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap_anonymous, munmap};

/// The smallest page of every Linux machine; where pages are larger, each is written several times.
const PAGE: usize = 4_096;

/// In which pages a process has its memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// The smallest that the machine has.
    Small,
    /// As large as the kernel can give: up to 512 times fewer entries in the page tables.
    Huge,
}

/// Private memory of which every page has been written; dropping it gives it back.
pub struct Touched {
    start: NonNull<libc::c_void>,
    length: usize,
}

impl Touched {
    /// Touches so many MiB.
    ///
    /// # Errors
    ///
    /// Fails where the memory cannot be mapped. That there are no huge pages is no error.
    pub fn mib(mib: u64, pages: Pages) -> Result<Touched> {
        let length = usize::try_from(mib << 20).context("the memory is larger than addresses")?;
        let size = NonZeroUsize::new(length).context("there is no mapping of 0 MiB")?;
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice touches nothing else.
        let start = unsafe { mmap_anonymous(None, size, access, MapFlags::MAP_PRIVATE) }
            .with_context(|| format!("cannot map {mib} MiB; look at `ulimit -v`"))?;
        let touched = Touched { start, length };
        let advice = match pages {
            Pages::Small => MmapAdvise::MADV_NOHUGEPAGE,
            Pages::Huge => MmapAdvise::MADV_HUGEPAGE,
        };
        // SAFETY: the range is the mapping. A kernel without huge pages refuses, and has small ones.
        let _ = unsafe { madvise(start, length, advice) };
        for offset in (0..length).step_by(PAGE) {
            // SAFETY: the offset lies in the mapping, which is writable and ours alone.
            unsafe { start.cast::<u8>().add(offset).write_volatile(1) };
        }
        Ok(touched)
    }
}

/// How much of this process' memory is in huge pages, in MiB.
///
/// # Errors
///
/// Fails where the kernel does not tell.
pub fn huge_mib() -> Result<u64> {
    let smaps = fs::read_to_string("/proc/self/smaps_rollup")?;
    let mut fields = smaps.lines().filter_map(|line| line.strip_prefix("AnonHugePages:"));
    let kib = fields.next().and_then(|field| field.split_whitespace().next());
    let kib: u64 = kib.context("smaps_rollup has no AnonHugePages")?.parse()?;
    Ok(kib / 1_024)
}

impl Drop for Touched {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and nothing points into it any more.
        let _ = unsafe { munmap(self.start, self.length) };
    }
}
