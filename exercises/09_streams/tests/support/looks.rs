//! Counts the reads that found nothing to read.
//!
//! A function of this name in the test binary takes the place of that in the C library.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use nix::errno::Errno;
use nix::libc::{self, c_int, c_void, size_t, ssize_t};

/// Relaxed: it is read by the thread that has read.
static IN_VAIN: AtomicU32 = AtomicU32::new(0);

/// How many reads of this process have failed with `EAGAIN`.
pub fn in_vain() -> u32 {
    IN_VAIN.load(Relaxed)
}

/// As read(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn read(descriptor: c_int, bytes: *mut c_void, count: size_t) -> ssize_t {
    // SAFETY: our caller gives us what read(2) wants.
    let answer = unsafe { libc::syscall(libc::SYS_read, descriptor, bytes, count) };
    if answer == -1 && Errno::last() == Errno::EAGAIN {
        IN_VAIN.fetch_add(1, Relaxed);
    }
    answer as ssize_t
}
