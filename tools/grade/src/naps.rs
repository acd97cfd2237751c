//! Learns for how long the code under test wants to sleep at most, whatever call it sleeps in.
//!
//! A test file that writes `grade::note_naps!();` has functions that take the place of those in the
//! C library, in its own test binary alone: they note the limit of a sleep, and then sleep.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

// Relaxed, both: they are read by the thread that has slept.

static WATCHED: AtomicBool = AtomicBool::new(false);
/// In nanoseconds.
static SHORTEST: AtomicU64 = AtomicU64::new(u64::MAX);

/// From now on the limits of sleeps are of interest.
pub fn watch() {
    WATCHED.store(true, Relaxed);
}

/// The shortest limit of a sleep so far, where one had a limit. A limit of zero is no sleep.
pub fn shortest() -> Option<Duration> {
    match SHORTEST.load(Relaxed) {
        u64::MAX => None,
        nanoseconds => Some(Duration::from_nanos(nanoseconds)),
    }
}

fn note(limit: Duration) {
    if WATCHED.load(Relaxed) && limit > Duration::ZERO {
        SHORTEST.fetch_min(limit.as_nanos().try_into().unwrap_or(u64::MAX), Relaxed);
    }
}

/// What [`note_naps!`](crate::note_naps) is made of.
#[doc(hidden)]
pub mod calls {
    use std::ffi::CStr;
    use std::mem;
    use std::time::Duration;

    pub use nix::libc::{
        c_int, clockid_t, epoll_event, fd_set, nfds_t, pollfd, siginfo_t, sigset_t, timespec,
        timeval,
    };

    use super::note;

    /// Less than zero means no limit.
    ///
    /// # Safety
    ///
    /// Any limit will do; it is unsafe as the others are.
    pub unsafe fn note_milliseconds(limit: c_int) {
        note(Duration::from_millis(limit.try_into().unwrap_or(0)));
    }

    /// Null means no limit.
    ///
    /// # Safety
    ///
    /// The limit is null, or may be read.
    pub unsafe fn note_time(limit: *const timespec) {
        // SAFETY: as our caller promises.
        if let Some(limit) = unsafe { limit.as_ref() } {
            note(Duration::new(limit.tv_sec.unsigned_abs(), limit.tv_nsec.unsigned_abs() as u32));
        }
    }

    /// As [`note_time`], for the older type.
    ///
    /// # Safety
    ///
    /// The limit is null, or may be read.
    pub unsafe fn note_old_time(limit: *const timeval) {
        // SAFETY: as our caller promises.
        if let Some(limit) = unsafe { limit.as_ref() } {
            note(Duration::new(limit.tv_sec as u64, limit.tv_usec as u32 * 1_000));
        }
    }

    /// The function of this name behind ours, which is the C library's.
    ///
    /// # Safety
    ///
    /// It has the type `F`.
    pub unsafe fn real<F: Copy>(name: &CStr) -> F {
        // SAFETY: the name is a C string.
        let function = unsafe { nix::libc::dlsym(nix::libc::RTLD_NEXT, name.as_ptr()) };
        // SAFETY: as our caller promises.
        unsafe { mem::transmute_copy(&function) }
    }
}

/// Defines functions that note a limit and then do what the C library does. Write it once in a test
/// file, outside of all functions.
#[macro_export]
macro_rules! note_naps {
    () => {
        mod noted_naps {
            use $crate::naps::calls::*;

            $crate::note_naps! { @
                fn poll(fds: *mut pollfd, count: nfds_t, limit: c_int) { note_milliseconds(limit) }
                fn ppoll(fds: *mut pollfd, count: nfds_t, limit: *const timespec, mask: *const sigset_t) {
                    note_time(limit)
                }
                fn select(
                    highest: c_int,
                    read: *mut fd_set,
                    write: *mut fd_set,
                    other: *mut fd_set,
                    limit: *mut timeval
                ) {
                    note_old_time(limit)
                }
                fn pselect(
                    highest: c_int,
                    read: *mut fd_set,
                    write: *mut fd_set,
                    other: *mut fd_set,
                    limit: *const timespec,
                    mask: *const sigset_t
                ) { note_time(limit) }
                fn epoll_wait(epoll: c_int, events: *mut epoll_event, most: c_int, limit: c_int) {
                    note_milliseconds(limit)
                }
                fn epoll_pwait(
                    epoll: c_int,
                    events: *mut epoll_event,
                    most: c_int,
                    limit: c_int,
                    mask: *const sigset_t
                ) { note_milliseconds(limit) }
                fn sigtimedwait(set: *const sigset_t, info: *mut siginfo_t, limit: *const timespec) {
                    note_time(limit)
                }
                fn nanosleep(limit: *const timespec, left: *mut timespec) { note_time(limit) }
                fn clock_nanosleep(
                    clock: clockid_t,
                    flags: c_int,
                    limit: *const timespec,
                    left: *mut timespec
                ) { note_time(limit) }
            }
        }
    };
    (@ $(fn $name:ident($($argument:ident: $kind:ty),*) { $note:expr })*) => { $(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name($($argument: $kind),*) -> c_int {
            // SAFETY: our caller gives us a limit that the C library may read.
            unsafe { $note };
            let name = concat!(stringify!($name), "\0");
            let name = ::std::ffi::CStr::from_bytes_with_nul(name.as_bytes());
            let name = name.expect("it has its zero");
            // SAFETY: that function has this type, and our caller gives us what it wants.
            unsafe { real::<unsafe extern "C" fn($($kind),*) -> c_int>(name)($($argument),*) }
        }
    )* };
}
