//! Supplied: what the exercises of this chapter are made of. Here it is std, and the system call
//! futex(2), between processes too. The model of the tests has the same names and checks every
//! interleaving.

pub use std::cell::UnsafeCell;
pub use std::hint::spin_loop;
pub use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering, fence};
pub use std::thread::yield_now;
pub use std::time::Instant;

use std::fmt::{self, Debug, Formatter};
use std::ptr;
use std::time::Duration;

use nix::libc;

/// Sleeps until a wake-up, if `word` holds `expected`; returns at once if it does not. The kernel finds
/// the word by the page that it lies in, so any process that has this page mapped can wake the sleeper.
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

/// Wakes at most `most` threads that sleep on `word`, in any process. Returns how many it woke.
pub fn futex_wake(word: &AtomicU32, most: u32) -> usize {
    let most = most.min(i32::MAX as u32);
    // SAFETY: FUTEX_WAKE looks up the address and does not follow it.
    let woken = unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, most) };
    // It fails for an address that is no word of this process, and this one is.
    usize::try_from(woken).unwrap_or(0)
}

fn wait(word: &AtomicU32, expected: u32, timeout: *const libc::timespec) {
    // SAFETY: the word lives as long as the reference to it, the time-out as long as this call, and
    // the kernel reads both. Every error means to look at the word again, as a wake-up does.
    unsafe {
        libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT, expected, timeout);
    }
}

/// `N` bytes in an [`UnsafeCell`]. Several threads may use them at the same time, each its own places:
/// the model watches every byte.
#[repr(transparent)]
pub struct SharedBytes<const N: usize> {
    bytes: UnsafeCell<[u8; N]>,
}

// SAFETY: bytes may go to any thread, and whoever calls `write` or `read` keeps the others away.
unsafe impl<const N: usize> Sync for SharedBytes<N> {}

impl<const N: usize> SharedBytes<N> {
    /// `N` zeros.
    pub fn new() -> SharedBytes<N> {
        SharedBytes { bytes: UnsafeCell::new([0; N]) }
    }

    /// Copies all of `from` to the places `at`, `at + 1` and so on.
    ///
    /// # Panics
    ///
    /// Panics if the last place is beyond the end.
    ///
    /// # Safety
    ///
    /// Nobody else uses any of these places at the same time: something orders all their uses.
    pub unsafe fn write(&self, at: usize, from: &[u8]) {
        assert!(at <= N && from.len() <= N - at, "{} bytes at place {at} of {N}", from.len());
        // SAFETY: the places are within the array, and are the caller's alone; so `from` does not
        // overlap them.
        unsafe {
            let to = self.bytes.get().cast::<u8>().add(at);
            ptr::copy_nonoverlapping(from.as_ptr(), to, from.len());
        }
    }

    /// Copies the places `at`, `at + 1` and so on to all of `to`.
    ///
    /// # Panics
    ///
    /// Panics if the last place is beyond the end.
    ///
    /// # Safety
    ///
    /// Nobody writes to any of these places at the same time: something orders the uses.
    pub unsafe fn read(&self, at: usize, to: &mut [u8]) {
        assert!(at <= N && to.len() <= N - at, "{} bytes at place {at} of {N}", to.len());
        // SAFETY: the places are within the array, and nobody writes to them; so `to` does not
        // overlap them.
        unsafe {
            let from = self.bytes.get().cast::<u8>().add(at);
            ptr::copy_nonoverlapping(from, to.as_mut_ptr(), to.len());
        }
    }
}

impl<const N: usize> Default for SharedBytes<N> {
    fn default() -> SharedBytes<N> {
        SharedBytes::new()
    }
}

impl<const N: usize> Debug for SharedBytes<N> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("SharedBytes { .. }")
    }
}
