//! Memory that a process has touched, so that it is in its page tables.

use std::num::NonZeroUsize;
use std::ptr::NonNull;

use anyhow::{Context, Result};
use nix::libc;
use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap_anonymous, munmap};

/// The smallest page of every Linux machine; where pages are larger, each is written several times.
const PAGE: usize = 4_096;

/// Private memory of which every page has been written; dropping it gives it back.
pub struct Touched {
    start: NonNull<libc::c_void>,
    length: usize,
}

impl Touched {
    /// Touches so many MiB, in small pages: huge ones have up to 512 times fewer entries.
    ///
    /// # Errors
    ///
    /// Fails where the memory cannot be mapped.
    pub fn mib(mib: u64) -> Result<Touched> {
        let length = usize::try_from(mib << 20).context("the memory is larger than addresses")?;
        let size = NonZeroUsize::new(length).context("there is no mapping of 0 MiB")?;
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice touches nothing else.
        let start = unsafe { mmap_anonymous(None, size, access, MapFlags::MAP_PRIVATE) }
            .with_context(|| format!("cannot map {mib} MiB; look at `ulimit -v`"))?;
        let touched = Touched { start, length };
        // SAFETY: the range is the mapping. A kernel without huge pages refuses, which is as good.
        let _ = unsafe { madvise(start, length, MmapAdvise::MADV_NOHUGEPAGE) };
        for offset in (0..length).step_by(PAGE) {
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
