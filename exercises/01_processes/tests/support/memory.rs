//! Memory of each kind, for tests to look at.

use std::ffi::{CStr, c_void};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::fd::{AsRawFd, FromRawFd};
use std::ptr;

use nix::libc::{self, c_int, c_uint};
use nix::unistd::{SysconfVar, sysconf};

pub const READ: c_int = libc::PROT_READ;
pub const READ_WRITE: c_int = libc::PROT_READ | libc::PROT_WRITE;

/// The size of a page, in bytes.
pub fn page_size() -> usize {
    sysconf(SysconfVar::PAGE_SIZE).unwrap().expect("a system has pages") as usize
}

/// Some pages, unmapped when the value is dropped.
pub struct Pages {
    pub start: usize,
    length: usize,
}

impl Pages {
    /// Maps `length` bytes, with the access and the flags of mmap(2).
    pub fn map(length: usize, access: c_int, flags: c_int, file: Option<&File>) -> Pages {
        let (flags, file) = match file {
            Some(file) => (flags, file.as_raw_fd()),
            None => (flags | libc::MAP_ANONYMOUS, -1),
        };
        // SAFETY: the kernel chooses a range that nothing else uses.
        let start = unsafe { libc::mmap(ptr::null_mut(), length, access, flags, file, 0) };
        assert_ne!(start, libc::MAP_FAILED, "mmap: {}", io::Error::last_os_error());
        Pages { start: start.addr(), length }
    }

    /// A page that is private to this process.
    pub fn private() -> Pages {
        Pages::map(page_size(), READ_WRITE, libc::MAP_PRIVATE, None)
    }

    /// From the first address to the one behind the last.
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.length
    }

    /// Takes every right from the pages.
    pub fn forbid(&self) {
        // SAFETY: nothing reads or writes these pages.
        let result =
            unsafe { libc::mprotect(self.start as *mut c_void, self.length, libc::PROT_NONE) };
        assert_eq!(result, 0, "mprotect: {}", io::Error::last_os_error());
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: nothing points into these pages.
        let result = unsafe { libc::munmap(self.start as *mut c_void, self.length) };
        assert_eq!(result, 0, "munmap: {}", io::Error::last_os_error());
    }
}

/// A file of one page that is in no folder (memfd_create(2)); the kernel calls it
/// `/memfd:NAME (deleted)`.
pub fn nameless_file(name: &CStr) -> File {
    let file = memfd(name, 0).expect("a system has files in memory");
    file.set_len(page_size() as u64).unwrap();
    file
}

/// The same, empty, for a program. The error is that of a system that lets none be run from there.
pub fn nameless_program(name: &CStr) -> io::Result<File> {
    const MFD_EXEC: c_uint = 0x10;
    // A system from before Linux 6.3 does not know this flag, and needs none.
    memfd(name, MFD_EXEC).or_else(|_| memfd(name, 0))
}

fn memfd(name: &CStr, flags: c_uint) -> io::Result<File> {
    // SAFETY: the name is a C string.
    match unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC | flags) } {
        -1 => Err(io::Error::last_os_error()),
        // SAFETY: the descriptor is new, so nothing else owns it.
        file => Ok(unsafe { File::from_raw_fd(file) }),
    }
}

/// An address that the kernel told this process at its start (getauxval(3)), if it did.
pub fn told_at_start(kind: libc::c_ulong) -> Option<usize> {
    // SAFETY: the call reads what is constant.
    let address = unsafe { libc::getauxval(kind) };
    (address != 0).then_some(address as usize)
}

/// The address of a page that is new in what brk(2) gives; `None` if the system has no more.
pub fn new_in_heap() -> Option<usize> {
    // SAFETY: the allocator knows that others may call this too.
    let address = unsafe { libc::sbrk(page_size() as libc::intptr_t) };
    (address.addr() != usize::MAX).then(|| address.addr())
}
