//! Sees with which attributes the code under test makes its mutexes, and may refuse to make one.

use std::ffi::CStr;
use std::mem;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};

use nix::errno::Errno;
use nix::libc::{self, c_int, pthread_mutex_t, pthread_mutexattr_t};

/// How a mutex was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// PTHREAD_PROCESS_SHARED: POSIX lets other processes use it.
    pub shared: bool,
    /// PTHREAD_MUTEX_ROBUST: the next owner learns of the death of the last.
    pub robust: bool,
}

static MADE: Mutex<Vec<Made>> = Mutex::new(Vec::new());

/// What the next call is refused with, or 0. Relaxed, as the process has one thread.
static REFUSES: AtomicI32 = AtomicI32::new(0);

/// The next mutex is not made: the call returns this error.
pub fn refuse_next(error: Errno) {
    REFUSES.store(error as c_int, Relaxed);
}

/// The mutexes of the C library that this process has made.
pub fn made() -> Vec<Made> {
    MADE.lock().unwrap().clone()
}

type Init = unsafe extern "C" fn(*mut pthread_mutex_t, *const pthread_mutexattr_t) -> c_int;

/// As pthread_mutex_init(3), and remembers the attributes.
#[unsafe(export_name = "pthread_mutex_init")]
unsafe extern "C" fn init(
    mutex: *mut pthread_mutex_t,
    attributes: *const pthread_mutexattr_t,
) -> c_int {
    const NAME: &CStr = c"pthread_mutex_init";
    let refusal = REFUSES.swap(0, Relaxed);
    if refusal != 0 {
        return refusal;
    }
    let (mut shared, mut robust) = (libc::PTHREAD_PROCESS_PRIVATE, libc::PTHREAD_MUTEX_STALLED);
    if !attributes.is_null() {
        // SAFETY: our caller gives us attributes that were made. The calls write to a number each.
        unsafe {
            libc::pthread_mutexattr_getpshared(attributes, &mut shared);
            libc::pthread_mutexattr_getrobust(attributes, &mut robust);
        }
    }
    MADE.lock().unwrap().push(Made {
        shared: shared == libc::PTHREAD_PROCESS_SHARED,
        robust: robust == libc::PTHREAD_MUTEX_ROBUST,
    });
    // SAFETY: the name ends in a zero.
    let next = unsafe { libc::dlsym(libc::RTLD_NEXT, NAME.as_ptr()) };
    assert!(!next.is_null(), "the C library has {NAME:?}");
    // SAFETY: it is the function of that name, of this type; our caller gives us what it wants.
    unsafe { mem::transmute::<*mut libc::c_void, Init>(next)(mutex, attributes) }
}
