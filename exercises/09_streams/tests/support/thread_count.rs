//! Counts the threads that the code under test makes.
//!
//! A function of this name in the test binary takes the place of that in the C library.

use std::mem;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use nix::libc::{self, c_int, c_void, pthread_attr_t, pthread_t};

/// Relaxed: a graded test has one thread, and only it asks.
static MADE: AtomicU32 = AtomicU32::new(0);

type Start = extern "C" fn(*mut c_void) -> *mut c_void;
type Create =
    unsafe extern "C" fn(*mut pthread_t, *const pthread_attr_t, Start, *mut c_void) -> c_int;

/// How many threads this process has made.
pub fn made() -> u32 {
    MADE.load(Relaxed)
}

/// As pthread_create(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn pthread_create(
    thread: *mut pthread_t,
    attributes: *const pthread_attr_t,
    start: Start,
    argument: *mut c_void,
) -> c_int {
    MADE.fetch_add(1, Relaxed);
    // SAFETY: the name is a C string.
    let real = unsafe { libc::dlsym(libc::RTLD_NEXT, c"pthread_create".as_ptr()) };
    // SAFETY: the next function of this name behind ours is the C library's, which has this type.
    let real: Create = unsafe { mem::transmute(real) };
    // SAFETY: our caller gives us what pthread_create(3) wants.
    unsafe { real(thread, attributes, start, argument) }
}
