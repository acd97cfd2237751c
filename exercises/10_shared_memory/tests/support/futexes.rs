//! Sees for how long the code under test wants to sleep in futex(2), and lets a process stop where it wakes
//! others. Futexes of one process alone, which are std's, do not count.

use std::ffi::CStr;
use std::mem;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use nix::libc::{self, c_int, c_long, c_void, timespec};

use crate::pauses;

// Relaxed: the process has one thread.
static WATCHED: AtomicBool = AtomicBool::new(false);
static LIMITS: Mutex<Vec<Duration>> = Mutex::new(Vec::new());

/// From now on the limits of sleeps are of interest.
pub fn watch() {
    WATCHED.store(true, Relaxed);
}

/// The limits of all sleeps since then that had one, the first one first.
pub fn limits() -> Vec<Duration> {
    LIMITS.lock().unwrap().clone()
}

type Syscall = unsafe extern "C" fn(c_long, ...) -> c_long;

/// As syscall(2), which has a number and up to six arguments.
#[unsafe(export_name = "syscall")]
unsafe extern "C" fn syscall(
    number: c_long,
    first: c_long,
    second: c_long,
    third: c_long,
    fourth: c_long,
    fifth: c_long,
    sixth: c_long,
) -> c_long {
    const NAME: &CStr = c"syscall";
    match second as c_int {
        libc::FUTEX_WAIT if number == libc::SYS_futex && WATCHED.load(Relaxed) => {
            // SAFETY: futex(2) wants a time here, or null.
            if let Some(limit) = unsafe { (fourth as *const timespec).as_ref() } {
                let limit = Duration::new(limit.tv_sec.unsigned_abs(), limit.tv_nsec as u32);
                LIMITS.lock().unwrap().push(limit);
            }
        }
        libc::FUTEX_WAKE if number == libc::SYS_futex => pauses::at_a_wake(),
        _ => {}
    }
    // SAFETY: the name ends in a zero.
    let next = unsafe { libc::dlsym(libc::RTLD_NEXT, NAME.as_ptr()) };
    assert!(!next.is_null(), "the C library has {NAME:?}");
    // SAFETY: it is the function of that name, of this type; our caller gives us what it wants, and it
    // looks at as many arguments as the call has.
    unsafe {
        let next = mem::transmute::<*mut c_void, Syscall>(next);
        next(number, first, second, third, fourth, fifth, sixth)
    }
}
