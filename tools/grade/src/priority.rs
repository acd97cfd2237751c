//! Lets a thread run whenever it wants to, where it may.
//!
//! A limit on processes does not bind root (setrlimit(2), RLIMIT_NPROC). There a fork bomb ends
//! only if whoever ends it gets a processor before thousands of others do. Who may not ask for
//! this priority is bound by the limit.

use nix::libc;

/// Puts this thread before all others. Its children do not inherit that.
pub(crate) fn before_others() {
    set(libc::SCHED_FIFO | libc::SCHED_RESET_ON_FORK, 1);
}

/// Takes the priority back.
pub(crate) fn among_others() {
    set(libc::SCHED_OTHER, 0);
}

fn set(policy: i32, priority: i32) {
    let parameter = libc::sched_param { sched_priority: priority };
    // SAFETY: the parameter is valid for the call. A refusal is fine.
    unsafe { libc::sched_setscheduler(0, policy, &parameter) };
}
