//! Lets a child end at the worst moment: when the code under test has looked and found it alive, or
//! is about to change its signal mask.
//!
//! Functions of these names in the test binary take the place of those in the C library.

use std::io::{PipeWriter, Write};
use std::mem;
use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use nix::errno::Errno;
use nix::libc::{self, c_int, id_t, idtype_t, pid_t, siginfo_t, sigset_t};
use nix::unistd::Pid;

/// How many looks are left until the child ends, the child, and how it is told.
static AFTER_LOOKS: Mutex<Option<(usize, Pid, PipeWriter)>> = Mutex::new(None);
static BEFORE_A_MASK: AtomicBool = AtomicBool::new(false);

/// When the code under test looks for exits for the n-th time and finds none, `child` gets a line by
/// this pipe, and the code goes on when that has ended the child. This happens once.
pub fn end_after_looks(n: usize, child: Pid, pipe: PipeWriter) {
    *AFTER_LOOKS.lock().unwrap() = Some((n, child, pipe));
}

/// From now on, a change of the signal mask waits until a child has ended, if there is a child.
pub fn end_before_the_mask_changes() {
    // Relaxed: a graded test has one thread.
    BEFORE_A_MASK.store(true, Relaxed);
}

/// Waits until a child has ended, and leaves its status where it is. `P_ALL` means any child.
fn wait_for_the_end_of(kind: idtype_t, child: id_t) {
    let options = libc::WEXITED | libc::WNOWAIT;
    // SAFETY: the call may be given null in place of the two results.
    while unsafe {
        libc::syscall(libc::SYS_waitid, kind, child, ptr::null::<siginfo_t>(), options, 0)
    } < 0
        && Errno::last() == Errno::EINTR
    {}
}

fn looked() {
    // The lock is released before the child ends, since that may run a signal handler.
    let last = AFTER_LOOKS.lock().unwrap().take_if(|(left, ..)| {
        *left -= 1;
        *left == 0
    });
    if let Some((_, child, mut pipe)) = last {
        // It fails where the child has ended already.
        let _ = pipe.write_all(b"\n");
        wait_for_the_end_of(libc::P_PID, child.as_raw().cast_unsigned());
    }
}

/// As waitpid(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn waitpid(pid: pid_t, status: *mut c_int, options: c_int) -> pid_t {
    // SAFETY: our caller gives us what waitpid(2) wants.
    let found = unsafe { libc::syscall(libc::SYS_wait4, pid, status, options, 0) };
    if found == 0 {
        looked();
    }
    found as pid_t
}

/// As waitid(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn waitid(
    kind: idtype_t,
    id: id_t,
    info: *mut siginfo_t,
    options: c_int,
) -> c_int {
    // SAFETY: our caller gives us what waitid(2) wants.
    let answer = unsafe { libc::syscall(libc::SYS_waitid, kind, id, info, options, 0) };
    // SAFETY: the call has filled it in, where it is not null.
    if answer == 0 && !info.is_null() && unsafe { (*info).si_pid() } == 0 {
        looked();
    }
    answer as c_int
}

type Change = extern "C" fn(c_int, *const sigset_t, *mut sigset_t) -> c_int;

fn change(how: c_int, set: *const sigset_t, old: *mut sigset_t) -> c_int {
    if BEFORE_A_MASK.load(Relaxed) {
        wait_for_the_end_of(libc::P_ALL, 0);
    }
    // SAFETY: the next function of this name behind ours is the C library's, which has this type.
    let real: Change =
        unsafe { mem::transmute(libc::dlsym(libc::RTLD_NEXT, c"pthread_sigmask".as_ptr())) };
    real(how, set, old)
}

/// As pthread_sigmask(3).
#[unsafe(no_mangle)]
extern "C" fn pthread_sigmask(how: c_int, set: *const sigset_t, old: *mut sigset_t) -> c_int {
    change(how, set, old)
}

/// As sigprocmask(2).
#[unsafe(no_mangle)]
extern "C" fn sigprocmask(how: c_int, set: *const sigset_t, old: *mut sigset_t) -> c_int {
    match change(how, set, old) {
        0 => 0,
        error => {
            Errno::from_raw(error).set();
            -1
        }
    }
}
