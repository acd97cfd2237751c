//! Counts the threads that are started.
//!
//! The function of this name in the test binary takes the place of that in the C library.

use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use nix::libc::{self, c_int, c_void, pthread_attr_t, pthread_t};

static STARTED: AtomicUsize = AtomicUsize::new(0);
/// There is room for so many.
static ROOM: AtomicUsize = AtomicUsize::new(usize::MAX);

/// How many threads `work` wanted to start. There is room for `room`, and then there is none.
pub fn during<T>(room: usize, work: impl FnOnce() -> T) -> (T, usize) {
    // Relaxed, here and below: they are counts.
    STARTED.store(0, Relaxed);
    ROOM.store(room, Relaxed);
    let value = work();
    ROOM.store(usize::MAX, Relaxed);
    (value, STARTED.load(Relaxed))
}

type Main = extern "C" fn(*mut c_void) -> *mut c_void;
type Create = extern "C" fn(*mut pthread_t, *const pthread_attr_t, Main, *mut c_void) -> c_int;

/// As pthread_create(3).
#[unsafe(no_mangle)]
extern "C" fn pthread_create(
    thread: *mut pthread_t,
    attributes: *const pthread_attr_t,
    main: Main,
    argument: *mut c_void,
) -> c_int {
    if STARTED.fetch_add(1, Relaxed) >= ROOM.load(Relaxed) {
        return libc::EAGAIN;
    }
    // SAFETY: the next function of this name behind ours is the C library's, which has this type.
    let real: Create =
        unsafe { mem::transmute(libc::dlsym(libc::RTLD_NEXT, c"pthread_create".as_ptr())) };
    real(thread, attributes, main, argument)
}
