//! Bytes in memory that this process shares with those that it forks.

use std::num::NonZeroUsize;
use std::ptr::{self, NonNull};

use anyhow::{Context, Result};
use nix::libc;
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, munmap};

pub(super) struct Shared {
    start: NonNull<libc::c_void>,
    length: NonZeroUsize,
}

impl Shared {
    pub(super) fn new(length: usize) -> Result<Shared> {
        let length = NonZeroUsize::new(length).context("there is no mapping of 0 bytes")?;
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice touches nothing else.
        let start = unsafe { mmap_anonymous(None, length, access, MapFlags::MAP_SHARED) }
            .context("cannot map shared memory")?;
        Ok(Shared { start, length })
    }

    /// Copies the bytes to the places from `at` on.
    ///
    /// # Panics
    ///
    /// Panics if the last place is beyond the end.
    ///
    /// # Safety
    ///
    /// Nobody, in no process, uses these places at the same time.
    pub(super) unsafe fn write(&self, at: usize, bytes: &[u8]) {
        let to = self.place(at, bytes.len());
        // SAFETY: the places are in the mapping, and by the contract the caller's alone.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) }
    }

    /// Copies the places from `at` on to the buffer.
    ///
    /// # Panics
    ///
    /// Panics if the last place is beyond the end.
    ///
    /// # Safety
    ///
    /// Nobody, in no process, writes to these places at the same time.
    pub(super) unsafe fn read(&self, at: usize, buf: &mut [u8]) {
        let from = self.place(at, buf.len());
        // SAFETY: the places are in the mapping, and by the contract nobody writes to them.
        unsafe { ptr::copy_nonoverlapping(from, buf.as_mut_ptr(), buf.len()) }
    }

    fn place(&self, at: usize, len: usize) -> *mut u8 {
        let end = at.checked_add(len).expect("no memory is that long");
        assert!(end <= self.length.get(), "place {end} is beyond the end");
        // SAFETY: `at` is at most the length of the mapping.
        unsafe { self.start.as_ptr().cast::<u8>().add(at) }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and nothing points into it any more. It cannot fail for one that is
        // there.
        let _ = unsafe { munmap(self.start, self.length.get()) };
    }
}
