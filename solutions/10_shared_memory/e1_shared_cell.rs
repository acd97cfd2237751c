//! One function maps, with or without a descriptor, and everything that may fail comes before it or is
//! owned by the new cell: what fails leaves nothing behind.
//!
//! The tempting mistake is to trust the size of what somebody else hands over. Mapping works, whatever
//! the size is; the first use of a page that is not there ends the process by SIGBUS.

use std::ffi::CStr;
use std::num::NonZeroUsize;
use std::ops::Deref;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::ptr::NonNull;

use nix::errno::Errno;
use nix::libc;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, ProtFlags, mmap, mmap_anonymous, munmap};
use nix::sys::stat::fstat;
use nix::unistd::ftruncate;

use crate::given::Shareable;

/// A `T` in memory that this process may share with others; it is never dropped. When the cell is
/// dropped, its mapping is gone from this process, and from no other; so is its descriptor.
///
/// A `T` may be of any size. What makes a cell fails with the error of the system call that has
/// failed, and with EINVAL where the address does not have the alignment of `T`. Then nothing stays
/// mapped or open.
pub struct SharedCell<T: Shareable> {
    value: NonNull<T>,
    fd: Option<OwnedFd>,
}

impl<T: Shareable> SharedCell<T> {
    /// How much is mapped, in bytes; no mapping is empty. The kernel rounds up to pages.
    const LEN: NonZeroUsize = match NonZeroUsize::new(size_of::<T>()) {
        Some(len) => len,
        None => NonZeroUsize::MIN,
    };

    /// A `T` of zeros, shared with the children that are forked from now on.
    pub fn anonymous() -> nix::Result<SharedCell<T>> {
        Self::map(None)
    }

    /// A `T` of zeros in a new memfd of this name. Exec closes its descriptor.
    pub fn memfd(name: &CStr) -> nix::Result<SharedCell<T>> {
        let fd = memfd_create(name, MFdFlags::MFD_CLOEXEC)?;
        // A new memfd is empty.
        let len = libc::off_t::try_from(Self::LEN.get()).map_err(|_| Errno::EFBIG)?;
        ftruncate(&fd, len)?;
        Self::map(Some(fd))
    }

    /// The `T` at the beginning of the memory or file `fd`, which stays as it is.
    ///
    /// # Errors
    ///
    /// As above, and EINVAL where there is less than a `T`.
    pub fn attach(fd: OwnedFd) -> nix::Result<SharedCell<T>> {
        let size = fstat(&fd)?.st_size;
        if usize::try_from(size).is_ok_and(|size| size < size_of::<T>()) {
            return Err(Errno::EINVAL);
        }
        Self::map(Some(fd))
    }

    /// The descriptor, by which other processes can attach the memory; none where it is anonymous.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.fd.as_ref().map(AsFd::as_fd)
    }

    fn map(fd: Option<OwnedFd>) -> nix::Result<SharedCell<T>> {
        let protection = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        let flags = MapFlags::MAP_SHARED;
        // SAFETY: without an address to begin at, the kernel takes a range that nobody uses.
        let memory = unsafe {
            match &fd {
                Some(fd) => mmap(None, Self::LEN, protection, flags, fd, 0),
                None => mmap_anonymous(None, Self::LEN, protection, flags),
            }
        }?;
        // From here on the cell owns the mapping, and gives it back where it is refused.
        let cell = SharedCell { value: memory.cast(), fd };
        if cell.value.is_aligned() { Ok(cell) } else { Err(Errno::EINVAL) }
    }
}

impl<T: Shareable> Deref for SharedCell<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: there is as much as a `T` at this address while the cell lives, and it is aligned.
        // What is there are zeros, or what a process has put there by way of another `SharedCell<T>`:
        // a `T` in either case, for a `Shareable` holds nothing of one process alone.
        unsafe { self.value.as_ref() }
    }
}

impl<T: Shareable> Drop for SharedCell<T> {
    fn drop(&mut self) {
        // SAFETY: nobody has a reference into the mapping that could outlive the cell. The call fails
        // for an address or a length that was never mapped, and these were.
        let _ = unsafe { munmap(self.value.cast(), Self::LEN.get()) };
    }
}
