//! Moments in the middle of the code under test, at which a test can act: calls of the C library
//! that pass by here.

use std::sync::{Mutex, OnceLock};

use nix::libc::{self, c_int, c_long};
use nix::unistd::Pid;

/// What a child does at a moment. It gets the ID of the process that set the moment up: its parent
/// may be another one by then.
type Act = fn(Pid);

static BORN: OnceLock<(Pid, Act)> = OnceLock::new();
static EXITING: OnceLock<(Pid, Act)> = OnceLock::new();
static PIPE: Mutex<Option<fn()>> = Mutex::new(None);

/// Acts in every child that is forked, before the call of `fork` returns there.
pub fn in_every_child(act: Act) {
    extern "C" fn born() {
        let (caller, act) = BORN.get().expect("it is set before the handler is registered");
        act(*caller);
    }
    BORN.set((Pid::this(), act)).expect("a test has one act for this moment");
    // SAFETY: the handler is a function of this binary.
    assert_eq!(unsafe { libc::pthread_atfork(None, None, Some(born)) }, 0);
}

/// Acts in every forked child that is about to end by `_exit`.
pub fn before_a_child_exits(act: Act) {
    EXITING.set((Pid::this(), act)).expect("a test has one act for this moment");
}

/// Takes the place of the C library's `_exit`.
#[unsafe(export_name = "_exit")]
extern "C" fn exit_at_once(status: c_int) -> ! {
    if let Some((caller, act)) = EXITING.get()
        && *caller != Pid::this()
    {
        act(*caller);
    }
    loop {
        // SAFETY: the call takes any status and does not return.
        unsafe { libc::syscall(libc::SYS_exit_group, c_long::from(status)) };
    }
}

/// Acts once, when the next pipe has been made and before anything was done with it.
pub fn after_the_next_pipe(act: fn()) {
    *PIPE.lock().unwrap() = Some(act);
}

/// Takes the place of the C library's `pipe`.
#[unsafe(export_name = "pipe")]
extern "C" fn pipe(ends: *mut c_int) -> c_int {
    pipe2(ends, 0)
}

/// Takes the place of the C library's `pipe2`.
#[unsafe(export_name = "pipe2")]
extern "C" fn pipe2(ends: *mut c_int, flags: c_int) -> c_int {
    // SAFETY: our caller gives us what pipe2(2) wants.
    let made = unsafe { libc::syscall(libc::SYS_pipe2, ends, c_long::from(flags)) };
    // The lock is released before the act, which may make pipes itself.
    let act = PIPE.lock().unwrap().take().filter(|_| made == 0);
    if let Some(act) = act {
        act();
    }
    made as c_int
}
