//! A clock that can be put forward, so that a long wait is over soon.
//!
//! Functions of these names in the test binary take the place of those in the C library.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::time::Duration;

use nix::libc::{self, c_int, clockid_t, itimerspec, timespec};

// Relaxed, all of them: the handlers that change them run on the thread that reads them.

/// Whether the readings are of interest.
static WATCHED: AtomicBool = AtomicBool::new(false);
/// What the clock showed when it was first read, in nanoseconds; 0 where it was not.
static FIRST: AtomicI64 = AtomicI64::new(0);
/// Whether the kernel has been given a time to tell of.
static TIMER: AtomicBool = AtomicBool::new(false);
/// How far the clock has been put forward, in nanoseconds.
static AHEAD: AtomicI64 = AtomicI64::new(0);

const SECOND: i64 = 1_000_000_000;

/// From now on it is known when the clock is first read, and it shows the right time.
pub fn watch() {
    WATCHED.store(true, Relaxed);
    FIRST.store(0, Relaxed);
    AHEAD.store(0, Relaxed);
}

/// Lets every clock show `passed` after the first reading, and go on from there. Does nothing, and
/// says so, where the code under test leaves time to the kernel. A signal handler may call this.
pub fn put_forward(passed: Duration) -> bool {
    let first = FIRST.load(Relaxed);
    if first == 0 || TIMER.load(Relaxed) {
        return false;
    }
    let wanted = first + passed.as_nanos() as i64;
    AHEAD.store(wanted - read(libc::CLOCK_MONOTONIC), Relaxed);
    true
}

/// What a clock of the kernel shows, in nanoseconds.
fn read(clock: clockid_t) -> i64 {
    let mut time = timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time is valid for the call.
    unsafe { libc::syscall(libc::SYS_clock_gettime, clock, &mut time) };
    time.tv_sec * SECOND + time.tv_nsec
}

/// As clock_gettime(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
    // SAFETY: our caller gives us what clock_gettime(2) wants.
    let answer = unsafe { libc::syscall(libc::SYS_clock_gettime, clock, time) };
    if answer == 0 && WATCHED.load(Relaxed) {
        if FIRST.load(Relaxed) == 0 {
            FIRST.store(read(libc::CLOCK_MONOTONIC), Relaxed);
        }
        // SAFETY: the call has filled it in.
        let time = unsafe { &mut *time };
        let shown = time.tv_sec * SECOND + time.tv_nsec + AHEAD.load(Relaxed);
        *time = timespec { tv_sec: shown / SECOND, tv_nsec: shown % SECOND };
    }
    answer as c_int
}

/// As timerfd_settime(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn timerfd_settime(
    timer: c_int,
    flags: c_int,
    new: *const itimerspec,
    old: *mut itimerspec,
) -> c_int {
    TIMER.store(true, Relaxed);
    // SAFETY: our caller gives us what timerfd_settime(2) wants.
    unsafe { libc::syscall(libc::SYS_timerfd_settime, timer, flags, new, old) as c_int }
}
