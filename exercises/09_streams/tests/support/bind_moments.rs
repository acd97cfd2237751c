//! Moments in the middle of `bind`, at which another process acts: before each call that opens, makes,
//! removes, renames or locks a file.
//!
//! Functions of these names in the test binary take the place of those in the C library.

use std::sync::Mutex;

use nix::libc::{self, c_char, c_int, mode_t};

type Action = Box<dyn FnMut() + Send>;

/// How many calls are left until the action, and the action.
static PLAN: Mutex<Option<(u32, Action)>> = Mutex::new(None);

/// Before the call of this number, counted from 0, the action happens.
pub fn before_call(number: u32, action: impl FnMut() + Send + 'static) {
    *PLAN.lock().unwrap() = Some((number, Box::new(action)));
}

/// Ends the plan, and tells whether there was such a call.
pub fn was_reached() -> bool {
    PLAN.lock().unwrap().take().is_none()
}

fn next_call() {
    let mut plan = PLAN.lock().unwrap();
    match plan.take() {
        Some((0, mut action)) => {
            // The action may make such calls itself.
            drop(plan);
            action();
        }
        Some((left, action)) => *plan = Some((left - 1, action)),
        None => {}
    }
}

/// As open(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    next_call();
    // SAFETY: our caller gives us what open(2) wants.
    unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path, flags, mode) as c_int }
}

/// As open(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: our caller gives us what open(2) wants.
    unsafe { open(path, flags, mode) }
}

/// As mkfifo(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn mkfifo(path: *const c_char, mode: mode_t) -> c_int {
    next_call();
    let kind = mode | libc::S_IFIFO;
    // SAFETY: our caller gives us what mkfifo(3) wants.
    unsafe { libc::syscall(libc::SYS_mknodat, libc::AT_FDCWD, path, kind, 0) as c_int }
}

/// As unlink(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    next_call();
    // SAFETY: our caller gives us what unlink(2) wants.
    unsafe { libc::syscall(libc::SYS_unlinkat, libc::AT_FDCWD, path, 0) as c_int }
}

/// As rename(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn rename(old: *const c_char, new: *const c_char) -> c_int {
    next_call();
    let here = libc::AT_FDCWD;
    // SAFETY: our caller gives us what rename(2) wants.
    unsafe { libc::syscall(libc::SYS_renameat2, here, old, here, new, 0) as c_int }
}

/// As flock(2).
#[unsafe(no_mangle)]
extern "C" fn flock(descriptor: c_int, operation: c_int) -> c_int {
    next_call();
    // SAFETY: the call takes two numbers.
    unsafe { libc::syscall(libc::SYS_flock, descriptor, operation) as c_int }
}
