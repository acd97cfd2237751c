//! Descriptors of each kind, and what the system says of them.

use std::ffi::CStr;
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use nix::libc::{self, c_int};
use nix::unistd::Pid;

/// The numbers that are open in a process, in ascending order.
pub fn open_in(pid: Pid) -> Vec<RawFd> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    let number = |entry: io::Result<fs::DirEntry>| {
        entry.unwrap().file_name().to_str().unwrap().parse().unwrap()
    };
    let mut numbers: Vec<RawFd> = entries.map(number).collect();
    if pid == Pid::this() {
        // That of the listing is closed by now.
        numbers.retain(|&fd| flags(fd).is_some());
    }
    numbers.sort_unstable();
    numbers
}

/// The flags of a descriptor of this process (fcntl(2), `F_GETFD`); `None` if it is not open.
pub fn flags(fd: RawFd) -> Option<c_int> {
    // SAFETY: the call asks about a number, which need not be a descriptor.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFD) };
    (flags >= 0).then_some(flags)
}

/// Sets or clears `FD_CLOEXEC`.
pub fn set_close_on_exec(fd: &impl AsRawFd, on: bool) {
    let flags = if on { libc::FD_CLOEXEC } else { 0 };
    // SAFETY: the call changes a flag.
    let result = unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETFD, flags) };
    assert_eq!(result, 0, "fcntl: {}", io::Error::last_os_error());
}

/// What the link of a descriptor of this process says.
pub fn link(fd: RawFd) -> PathBuf {
    fs::read_link(format!("/proc/self/fd/{fd}")).unwrap()
}

/// The device and the inode of what a descriptor leads to.
pub fn object(fd: RawFd) -> (u64, u64) {
    // Opens nothing: what the path names is the descriptor that is open already.
    let data = fs::metadata(format!("/proc/self/fd/{fd}")).unwrap();
    (data.dev(), data.ino())
}

/// Puts what `source` leads to at the number of `target` as well (dup2(2)).
pub fn put_at(source: &impl AsRawFd, target: &impl AsRawFd) {
    // SAFETY: both are open; who owns `target` owns what takes its place.
    let result = unsafe { libc::dup2(source.as_raw_fd(), target.as_raw_fd()) };
    assert_eq!(result, target.as_raw_fd(), "dup2: {}", io::Error::last_os_error());
}

/// A counter for events (eventfd(2)).
pub fn eventfd() -> OwnedFd {
    // SAFETY: the call makes a descriptor.
    owned(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC) })
}

/// A set of descriptors to wait for (epoll(7)).
pub fn epoll() -> OwnedFd {
    // SAFETY: the call makes a descriptor.
    owned(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })
}

/// A file that is in no folder (memfd_create(2)); the kernel calls it `/memfd:NAME (deleted)`.
pub fn memfd(name: &CStr) -> File {
    // SAFETY: the name is a C string.
    owned(unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC) }).into()
}

fn owned(fd: c_int) -> OwnedFd {
    assert!(fd >= 0, "a new descriptor: {}", io::Error::last_os_error());
    // SAFETY: the descriptor is new, so nothing else owns it.
    unsafe { OwnedFd::from_raw_fd(fd) }
}
