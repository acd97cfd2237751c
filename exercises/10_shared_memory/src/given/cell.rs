//! Supplied: a value in memory that several processes have mapped. This is what exercise 10.1 makes.

use std::ffi::CStr;
use std::fmt::{self, Debug, Formatter};
use std::num::NonZeroUsize;
use std::ops::Deref;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU64, AtomicUsize};

use nix::errno::Errno;
use nix::libc;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, ProtFlags, mmap, mmap_anonymous, munmap};
use nix::sys::stat::fstat;
use nix::unistd::ftruncate;

/// What may live in memory that several processes share.
///
/// # Safety
///
/// The type must hold no pointer, reference, descriptor or anything else that means something in one
/// process only. All zeros must be a valid value of it. Nothing may depend on its `drop`. Whoever has
/// `&T` may use it while threads of other processes have `&T`, too.
pub unsafe trait Shareable: Sync {}

macro_rules! shareable {
    ($($number:ty)*) => {
        // SAFETY: numbers hold no pointers, and all zeros is zero. Who has only `&T` can change
        // atomics alone.
        $(unsafe impl Shareable for $number {})*
    };
}

shareable! { u8 u16 u32 u64 usize i8 i16 i32 i64 isize }
shareable! { AtomicBool AtomicI32 AtomicU32 AtomicU64 AtomicUsize }

// SAFETY: an array is its elements, and nothing else.
unsafe impl<T: Shareable, const N: usize> Shareable for [T; N] {}

/// A `T` in memory that this process shares with others. The memory stays until the last process has
/// dropped its cell, or has ended. The value is never dropped.
pub struct SharedCell<T: Shareable> {
    value: NonNull<T>,
    fd: Option<OwnedFd>,
}

// SAFETY: a cell gives out `&T`, and never drops the value; a `Shareable` is `Sync`.
unsafe impl<T: Shareable> Send for SharedCell<T> {}
// SAFETY: as above.
unsafe impl<T: Shareable> Sync for SharedCell<T> {}

impl<T: Shareable> SharedCell<T> {
    /// The bytes that are mapped: at least one, since there are no empty mappings.
    const LEN: NonZeroUsize = match NonZeroUsize::new(size_of::<T>()) {
        Some(len) => len,
        None => NonZeroUsize::MIN,
    };

    /// Zeroed memory, which the children that this process forks from now on share with it.
    ///
    /// # Errors
    ///
    /// Fails where the system refuses the memory, and with EINVAL where the address does not have the
    /// alignment of `T`.
    pub fn anonymous() -> nix::Result<SharedCell<T>> {
        let (protection, flags) =
            (ProtFlags::PROT_READ | ProtFlags::PROT_WRITE, MapFlags::MAP_SHARED);
        // SAFETY: the kernel chooses addresses that nobody uses.
        let memory = unsafe { mmap_anonymous(None, Self::LEN, protection, flags) }?;
        Self::own(memory, None)
    }

    /// Zeroed memory with a descriptor; who gets the descriptor can [`attach`](SharedCell::attach) it.
    /// `name` is for people, who see it in `/proc/PID/maps`. The descriptor is closed by exec.
    ///
    /// # Errors
    ///
    /// As [`SharedCell::anonymous`].
    pub fn memfd(name: &CStr) -> nix::Result<SharedCell<T>> {
        let fd = memfd_create(name, MFdFlags::MFD_CLOEXEC)?;
        let len = libc::off_t::try_from(Self::LEN.get()).map_err(|_| Errno::EFBIG)?;
        ftruncate(&fd, len)?;
        Self::attach(fd)
    }

    /// Maps the memory behind a descriptor, with what is in it. It must hold a `T`.
    ///
    /// # Errors
    ///
    /// As [`SharedCell::anonymous`], and with EINVAL where the memory is smaller than a `T`.
    pub fn attach(fd: OwnedFd) -> nix::Result<SharedCell<T>> {
        let size = usize::try_from(fstat(&fd)?.st_size).unwrap_or(0);
        if size < size_of::<T>() {
            return Err(Errno::EINVAL);
        }
        let (protection, flags) =
            (ProtFlags::PROT_READ | ProtFlags::PROT_WRITE, MapFlags::MAP_SHARED);
        // SAFETY: the kernel chooses addresses that nobody uses.
        let memory = unsafe { mmap(None, Self::LEN, protection, flags, &fd, 0) }?;
        Self::own(memory, Some(fd))
    }

    /// The descriptor of the memory, if it has one.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.fd.as_ref().map(AsFd::as_fd)
    }

    fn own(memory: NonNull<libc::c_void>, fd: Option<OwnedFd>) -> nix::Result<SharedCell<T>> {
        let cell = SharedCell { value: memory.cast(), fd };
        if cell.value.is_aligned() { Ok(cell) } else { Err(Errno::EINVAL) }
    }
}

impl<T: Shareable> Deref for SharedCell<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the memory is mapped while the cell lives, aligned, and as long as a `T`. It was
        // zeroed, or holds what another `SharedCell<T>` was used for; a `Shareable` is valid then.
        unsafe { self.value.as_ref() }
    }
}

impl<T: Shareable> Debug for SharedCell<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("SharedCell { .. }")
    }
}

impl<T: Shareable> Drop for SharedCell<T> {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and nobody has a reference into it any more. It cannot fail for
        // a mapping that is there.
        let _ = unsafe { munmap(self.value.cast(), Self::LEN.get()) };
    }
}
