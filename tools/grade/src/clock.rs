//! A clock that can be put forward, so that a long wait is over soon.
//!
//! A test file that writes `grade::movable_clock!();` has functions that take the place of those in
//! the C library, in its own test binary alone.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::time::Duration;

use nix::libc::{self, clockid_t, timespec};

// Relaxed, all of them: the handlers that change them run on the thread that reads them.

/// Whether the readings are of interest.
static WATCHED: AtomicBool = AtomicBool::new(false);
/// What the clock showed when it was first read, in nanoseconds; 0 where it was not.
static FIRST: AtomicI64 = AtomicI64::new(0);
/// Whether the kernel has been given a time to tell of.
static TIMER: AtomicBool = AtomicBool::new(false);
/// How far the clock has been put forward, in nanoseconds.
static AHEAD: AtomicI64 = AtomicI64::new(0);
/// How far the time of day alone has been put forward, in nanoseconds.
static OF_DAY: AtomicI64 = AtomicI64::new(0);

const SECOND: i64 = 1_000_000_000;

/// From now on it is known when the clock is first read, and it shows the right time.
pub fn watch() {
    WATCHED.store(true, Relaxed);
    FIRST.store(0, Relaxed);
    AHEAD.store(0, Relaxed);
    OF_DAY.store(0, Relaxed);
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

/// Lets the time of day, and no other clock, jump forward. A signal handler may call this.
pub fn set_the_time_of_day_forward(by: Duration) {
    OF_DAY.store(by.as_nanos() as i64, Relaxed);
}

/// What a clock of the kernel shows, in nanoseconds.
fn read(clock: clockid_t) -> i64 {
    let mut time = timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time is valid for the call.
    unsafe { libc::syscall(libc::SYS_clock_gettime, clock, &mut time) };
    time.tv_sec * SECOND + time.tv_nsec
}

/// What [`movable_clock!`](crate::movable_clock) is made of.
#[doc(hidden)]
pub mod calls {
    use std::sync::atomic::Ordering::Relaxed;

    use nix::libc;
    pub use nix::libc::{c_int, clockid_t, itimerspec, timespec};

    use super::{AHEAD, FIRST, OF_DAY, SECOND, TIMER, WATCHED, read};

    /// As clock_gettime(2).
    ///
    /// # Safety
    ///
    /// As clock_gettime(2) wants it.
    pub unsafe fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
        // SAFETY: as our caller promises.
        let answer = unsafe { libc::syscall(libc::SYS_clock_gettime, clock, time) };
        if answer == 0 && WATCHED.load(Relaxed) {
            if FIRST.load(Relaxed) == 0 {
                FIRST.store(read(libc::CLOCK_MONOTONIC), Relaxed);
            }
            // SAFETY: the call has filled it in.
            let time = unsafe { &mut *time };
            let of_day = if clock == libc::CLOCK_REALTIME { OF_DAY.load(Relaxed) } else { 0 };
            let shown = time.tv_sec * SECOND + time.tv_nsec + AHEAD.load(Relaxed) + of_day;
            *time = timespec { tv_sec: shown / SECOND, tv_nsec: shown % SECOND };
        }
        answer as c_int
    }

    /// As timerfd_settime(2).
    ///
    /// # Safety
    ///
    /// As timerfd_settime(2) wants it.
    pub unsafe fn timerfd_settime(
        timer: c_int,
        flags: c_int,
        new: *const itimerspec,
        old: *mut itimerspec,
    ) -> c_int {
        TIMER.store(true, Relaxed);
        // SAFETY: as our caller promises.
        unsafe { libc::syscall(libc::SYS_timerfd_settime, timer, flags, new, old) as c_int }
    }
}

/// Defines functions that tell the time of the clock that can be put forward. Write it once in a test
/// file, outside of all functions.
#[macro_export]
macro_rules! movable_clock {
    () => {
        mod moved_clock {
            use $crate::clock::calls::{self, *};

            #[unsafe(no_mangle)]
            unsafe extern "C" fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
                // SAFETY: our caller gives us what the call wants.
                unsafe { calls::clock_gettime(clock, time) }
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn timerfd_settime(
                timer: c_int,
                flags: c_int,
                new: *const itimerspec,
                old: *mut itimerspec,
            ) -> c_int {
                // SAFETY: our caller gives us what the call wants.
                unsafe { calls::timerfd_settime(timer, flags, new, old) }
            }
        }
    };
}
