//! Supplied: what the exercises of this chapter are made of. Here it is std, and the system call
//! futex(2). The model of the tests has the same names and checks every interleaving.

pub use std::cell::UnsafeCell;
pub use std::hint::spin_loop;
pub use std::sync::Arc;
pub use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering, fence};
pub use std::thread::yield_now;

use std::ptr;
use std::time::Duration;

use nix::libc;

/// Sleeps until a wake-up, if `word` holds `expected`; returns at once if it does not.
///
/// It may also return for no reason, so look at the word again.
pub fn futex_wait(word: &AtomicU32, expected: u32) {
    wait(word, expected, ptr::null());
}

/// As [`futex_wait`], and returns when `timeout` is over. What made it return is not told.
pub fn futex_wait_timeout(word: &AtomicU32, expected: u32, timeout: Duration) {
    let timeout = libc::timespec {
        tv_sec: timeout.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_nsec: timeout.subsec_nanos().into(),
    };
    wait(word, expected, &timeout);
}

/// Wakes at most `most` threads that sleep on `word`. Returns how many it woke.
pub fn futex_wake(word: &AtomicU32, most: u32) -> usize {
    let most = most.min(i32::MAX as u32);
    // SAFETY: FUTEX_WAKE looks up the address and does not follow it.
    let woken = unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
            most,
        )
    };
    // It fails for an address that is no word of this process, and this one is.
    usize::try_from(woken).unwrap_or(0)
}

fn wait(word: &AtomicU32, expected: u32, timeout: *const libc::timespec) {
    // SAFETY: the word lives as long as the reference to it, the time-out as long as this call, and
    // the kernel reads both. Every error means to look at the word again, as a wake-up does.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
            expected,
            timeout,
        );
    }
}
