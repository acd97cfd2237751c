//! Closes a descriptor while the code under test looks at it, as another thread might.
//!
//! Functions of these names in the test binary take the place of those in the C library.

use std::ffi::{CStr, c_void};
use std::mem;
use std::os::fd::{IntoRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};

use nix::libc::{self, AT_FDCWD, DIR, c_char, c_int, c_long, c_uint, dirent64, size_t, ssize_t};

/// When the descriptor is closed: a call that has to do with its number is about to return.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// The number has been listed.
    Listed = 1,
    /// A link of this name has been read.
    Read = 2,
    /// A file of this name has been opened.
    Opened = 3,
}

const NOBODY: RawFd = -1;

// Relaxed, here and below: a graded test has one thread.
static VICTIM: AtomicI32 = AtomicI32::new(NOBODY);
static WHEN: AtomicI32 = AtomicI32::new(0);

/// Does `act`; the descriptor is closed meanwhile, or at the end. Says whether it was meanwhile.
pub fn closing<T>(fd: OwnedFd, when: When, act: impl FnOnce() -> T) -> (T, bool) {
    let fd = fd.into_raw_fd();
    WHEN.store(when as i32, Relaxed);
    VICTIM.store(fd, Relaxed);
    let result = act();
    let is_closed = VICTIM.swap(NOBODY, Relaxed) == NOBODY;
    if !is_closed {
        close(fd);
    }
    (result, is_closed)
}

/// A call has had to do with a file of this path.
fn met(path: &CStr, when: When) {
    let victim = VICTIM.load(Relaxed);
    if victim == NOBODY || WHEN.load(Relaxed) != when as i32 {
        return;
    }
    let name = path.to_bytes().rsplit(|&byte| byte == b'/').next();
    if name == Some(victim.to_string().as_bytes()) {
        VICTIM.store(NOBODY, Relaxed);
        close(victim);
    }
}

fn close(fd: RawFd) {
    // SAFETY: the descriptor was given to `closing`, and is closed once.
    unsafe { libc::close(fd) };
}

/// As readdir(3), for files of any size.
#[unsafe(no_mangle)]
unsafe extern "C" fn readdir64(folder: *mut DIR) -> *mut dirent64 {
    // SAFETY: the name is a C string.
    let original = unsafe { libc::dlsym(libc::RTLD_NEXT, c"readdir64".as_ptr()) };
    assert!(!original.is_null(), "the C library has such a function");
    // SAFETY: this is its type.
    let original = unsafe {
        mem::transmute::<*mut c_void, unsafe extern "C" fn(*mut DIR) -> *mut dirent64>(original)
    };
    // SAFETY: our caller gives us what readdir(3) wants.
    let entry = unsafe { original(folder) };
    if !entry.is_null() {
        // SAFETY: the name of an entry is a string that ends in NUL.
        met(unsafe { CStr::from_ptr((&raw const (*entry).d_name).cast()) }, When::Listed);
    }
    entry
}

/// As readlinkat(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn readlinkat(
    folder: c_int,
    path: *const c_char,
    buffer: *mut c_char,
    size: size_t,
) -> ssize_t {
    let folder = c_long::from(folder);
    // SAFETY: our caller gives us what readlinkat(2) wants.
    let length = unsafe { libc::syscall(libc::SYS_readlinkat, folder, path, buffer, size) };
    if length >= 0 {
        // SAFETY: the kernel has read it, so that it is a string that ends in NUL.
        met(unsafe { CStr::from_ptr(path) }, When::Read);
    }
    length as ssize_t
}

/// As readlink(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn readlink(path: *const c_char, buffer: *mut c_char, size: size_t) -> ssize_t {
    // SAFETY: our caller gives us what readlink(2) wants, which is the same without the folder.
    unsafe { readlinkat(AT_FDCWD, path, buffer, size) }
}

/// As open(2). C gives `mode` only where the flags ask for it, and it is ignored elsewhere.
#[unsafe(no_mangle)]
unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: c_uint) -> c_int {
    let (folder, flags, mode) = (c_long::from(AT_FDCWD), c_long::from(flags), c_long::from(mode));
    // SAFETY: our caller gives us what open(2) wants.
    let file = unsafe { libc::syscall(libc::SYS_openat, folder, path, flags, mode) };
    if file >= 0 {
        // SAFETY: as in `readlinkat`.
        met(unsafe { CStr::from_ptr(path) }, When::Opened);
    }
    file as c_int
}

/// As open(2), for files of any size.
#[unsafe(no_mangle)]
unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: c_uint) -> c_int {
    // SAFETY: as in `open`; where a `long` has 64 bits, every file may have any size.
    unsafe { open(path, flags, mode) }
}
