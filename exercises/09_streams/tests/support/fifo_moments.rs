//! Moments in the middle of the code under test, at which another writer of a FIFO acts: right after
//! a piece was written, and right after a read has found the end of the stream.
//!
//! Functions of these names in the test binary take the place of those in the C library.

use std::ffi::{CString, c_void};
use std::mem;
use std::os::fd::RawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Mutex;

use nix::libc::{self, c_int, iovec, size_t, ssize_t};

/// What the other writer writes.
pub const OTHER: &str = "a line of another writer";

/// The path of a FIFO into which the other writer writes at that moment.
static AFTER_A_WRITE: Mutex<Option<CString>> = Mutex::new(None);
static AFTER_AN_END: Mutex<Option<CString>> = Mutex::new(None);

/// From now on, whenever this process has written to the FIFO, another writer writes a line to it.
/// `None` ends that.
pub fn after_a_write(path: Option<&Path>) {
    *AFTER_A_WRITE.lock().unwrap() = path.map(c_string);
}

/// The next time that a read of this process finds the end of the FIFO, another writer comes,
/// writes a line and goes.
pub fn after_an_end(path: &Path) {
    *AFTER_AN_END.lock().unwrap() = Some(c_string(path));
}

/// Whether there was no such read yet.
pub fn no_end_so_far() -> bool {
    AFTER_AN_END.lock().unwrap().is_some()
}

fn c_string(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).expect("a path has no zero")
}

/// Whether a descriptor leads to the file of this path.
fn leads_to(descriptor: RawFd, path: &CString) -> bool {
    // SAFETY: zeros are a valid value, which the calls overwrite; the path is a C string.
    let (here, there, found) = unsafe {
        let (mut here, mut there): (libc::stat, libc::stat) = (mem::zeroed(), mem::zeroed());
        let answers = (libc::fstat(descriptor, &mut here), libc::stat(path.as_ptr(), &mut there));
        (here, there, answers == (0, 0))
    };
    found && (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)
}

fn other_writes(path: &CString) {
    let line = format!("{OTHER}\n");
    // SAFETY: the path is a C string, and the pointer and the length are those of a text.
    unsafe {
        let fifo = libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_NONBLOCK | libc::O_CLOEXEC);
        if fifo >= 0 {
            libc::syscall(libc::SYS_write, fifo, line.as_ptr(), line.len());
            libc::close(fifo);
        }
    }
}

fn written(descriptor: c_int, count: ssize_t) -> ssize_t {
    let plan = AFTER_A_WRITE.lock().unwrap();
    if count > 0
        && let Some(path) = plan.as_ref().filter(|path| leads_to(descriptor, path))
    {
        other_writes(path);
    }
    count
}

/// As write(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn write(descriptor: c_int, bytes: *const c_void, count: size_t) -> ssize_t {
    // SAFETY: our caller gives us what write(2) wants.
    let answer = unsafe { libc::syscall(libc::SYS_write, descriptor, bytes, count) };
    written(descriptor, answer as ssize_t)
}

/// As writev(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn writev(descriptor: c_int, pieces: *const iovec, count: c_int) -> ssize_t {
    // SAFETY: our caller gives us what writev(2) wants.
    let answer = unsafe { libc::syscall(libc::SYS_writev, descriptor, pieces, count) };
    written(descriptor, answer as ssize_t)
}

/// As read(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn read(descriptor: c_int, bytes: *mut c_void, count: size_t) -> ssize_t {
    // SAFETY: our caller gives us what read(2) wants.
    let answer = unsafe { libc::syscall(libc::SYS_read, descriptor, bytes, count) };
    if answer == 0 && count > 0 {
        let mut plan = AFTER_AN_END.lock().unwrap();
        if let Some(path) = plan.take_if(|path| leads_to(descriptor, path)) {
            other_writes(&path);
        }
    }
    answer as ssize_t
}
