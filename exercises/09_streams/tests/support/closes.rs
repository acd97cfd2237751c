//! Counts the times that a descriptor was closed which was not open: its number may belong to somebody
//! else by then.
//!
//! Functions of these names in the test binary take the place of those in the C library.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use nix::errno::Errno;
use nix::libc::{self, c_int};

/// Relaxed: it is read by the thread that has closed.
static IN_VAIN: AtomicU32 = AtomicU32::new(0);

/// How many there were in this process.
pub fn in_vain() -> u32 {
    IN_VAIN.load(Relaxed)
}

/// As close(2).
#[unsafe(no_mangle)]
extern "C" fn close(descriptor: c_int) -> c_int {
    // SAFETY: the call takes a number.
    let answer = unsafe { libc::syscall(libc::SYS_close, descriptor) };
    if answer == -1 && Errno::last() == Errno::EBADF {
        IN_VAIN.fetch_add(1, Relaxed);
    }
    answer as c_int
}

/// As mq_close(3), which is close(2) on Linux.
#[unsafe(no_mangle)]
extern "C" fn mq_close(queue: c_int) -> c_int {
    close(queue)
}
