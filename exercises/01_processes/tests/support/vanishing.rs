//! Lets a process vanish at the worst moment: when its record has been opened, and not been read.
//!
//! Functions of these names in the test binary take the place of those in the C library.

use std::ffi::CStr;
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};

use nix::libc::{self, c_char, c_int, c_long, c_uint};
use nix::unistd::Pid;

/// The process that shall vanish; 0 is none. Relaxed: a graded test has one thread.
static VICTIM: AtomicI32 = AtomicI32::new(0);

/// When the code under test has opened a file of the name `stat`, this child is killed and waited
/// for before the call returns. This happens once.
pub fn when_its_record_is_open(child: Pid) {
    VICTIM.store(child.as_raw(), Relaxed);
}

/// Whether it has happened.
pub fn has_happened() -> bool {
    VICTIM.load(Relaxed) == 0
}

fn opened(path: &CStr) {
    if path.to_bytes().rsplit(|&byte| byte == b'/').next() != Some(b"stat") {
        return;
    }
    let victim = VICTIM.swap(0, Relaxed);
    if victim != 0 {
        // SAFETY: the calls name a child of this process, and ask for no result in memory.
        unsafe {
            libc::kill(victim, libc::SIGKILL);
            libc::waitpid(victim, ptr::null_mut(), 0);
        }
    }
}

/// As openat(2). C gives `mode` only where the flags ask for it, and it is ignored elsewhere.
#[unsafe(no_mangle)]
unsafe extern "C" fn openat(
    folder: c_int,
    path: *const c_char,
    flags: c_int,
    mode: c_uint,
) -> c_int {
    let (folder, flags, mode) = (c_long::from(folder), c_long::from(flags), c_long::from(mode));
    // SAFETY: our caller gives us what openat(2) wants.
    let file = unsafe { libc::syscall(libc::SYS_openat, folder, path, flags, mode) };
    if file >= 0 {
        // SAFETY: the kernel has read it, so that it is a string that ends in NUL.
        opened(unsafe { CStr::from_ptr(path) });
    }
    file as c_int
}

/// As open(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: c_uint) -> c_int {
    // SAFETY: our caller gives us what open(2) wants, which is the same without the folder.
    unsafe { openat(libc::AT_FDCWD, path, flags, mode) }
}

/// As open(2), for files of any size.
#[unsafe(no_mangle)]
unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: c_uint) -> c_int {
    // SAFETY: as in `open`; where a `long` has 64 bits, every file may have any size.
    unsafe { openat(libc::AT_FDCWD, path, flags, mode) }
}

/// As openat(2), for files of any size.
#[unsafe(no_mangle)]
unsafe extern "C" fn openat64(
    folder: c_int,
    path: *const c_char,
    flags: c_int,
    mode: c_uint,
) -> c_int {
    // SAFETY: as in `open64`.
    unsafe { openat(folder, path, flags, mode) }
}
