//! Stands between the code under test and mmap(2), to see its mapping and to change it.
//!
//! A function of this name in the test binary takes the place of the one in the C library.

use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering::Relaxed};

use nix::libc::{self, c_int, c_void, off_t, size_t};

/// Mappings below this size, in bytes, are none of ours: stacks and buffers.
const LEAST: usize = 1 << 20;

// Relaxed in all that follows: a graded test has one thread.
static MAPPED: AtomicUsize = AtomicUsize::new(0);
static ADVICE: AtomicI32 = AtomicI32::new(0);
static FLAGS: AtomicI32 = AtomicI32::new(0);

/// How many bytes of private anonymous memory were mapped, in large pieces.
pub fn mapped() -> usize {
    MAPPED.load(Relaxed)
}

/// From now on, what is mapped is empty again in a child (madvise(2), MADV_WIPEONFORK).
pub fn wipe_on_fork() {
    ADVICE.store(libc::MADV_WIPEONFORK, Relaxed);
}

/// From now on, what is mapped is shared with a child.
pub fn share() {
    FLAGS.store(libc::MAP_SHARED ^ libc::MAP_PRIVATE, Relaxed);
}

/// As mmap(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn mmap(
    address: *mut c_void,
    length: size_t,
    access: c_int,
    flags: c_int,
    file: c_int,
    offset: off_t,
) -> *mut c_void {
    let wanted = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    let is_ours = length >= LEAST && flags & wanted == wanted;
    let flags = if is_ours { flags ^ FLAGS.load(Relaxed) } else { flags };
    // SAFETY: the caller's promises are those of mmap(2); sharing a new mapping breaks none.
    let start = unsafe {
        libc::syscall(libc::SYS_mmap, address, length, access, flags, file, offset) as *mut c_void
    };
    if is_ours && start != libc::MAP_FAILED {
        MAPPED.fetch_add(length, Relaxed);
        match ADVICE.load(Relaxed) {
            0 => {}
            // SAFETY: the range was mapped just now.
            advice => assert_eq!(unsafe { libc::madvise(start, length, advice) }, 0),
        }
    }
    start
}
