//! Takes away what code counts on, so that its paths for failures run.

use std::io;

use nix::errno::Errno;
use nix::libc;

use crate::seccomp::{self, ALLOW, answer, load_number, skip_if};

/// The calls that make a process or a thread. Newer architectures have only the first two.
#[cfg(target_arch = "x86_64")]
const CREATION: &[libc::c_long] =
    &[libc::SYS_clone, libc::SYS_clone3, libc::SYS_fork, libc::SYS_vfork];
#[cfg(not(target_arch = "x86_64"))]
const CREATION: &[libc::c_long] = &[libc::SYS_clone, libc::SYS_clone3];

/// From now on these system calls fail with this error, in this process and in those that it
/// starts. There is no way back (seccomp(2)).
///
/// # Errors
///
/// Fails where the system does not let a process restrict itself.
pub fn refuse(calls: &[libc::c_long], error: Errno) -> io::Result<()> {
    let mut steps = vec![load_number()];
    for (position, call) in calls.iter().enumerate() {
        // To the last step, which refuses.
        steps.push(skip_if(*call as u32, calls.len() - position));
    }
    steps.push(answer(ALLOW));
    steps.push(answer(libc::SECCOMP_RET_ERRNO | error as u32));
    seccomp::install(&mut steps, 0).map(drop)
}

/// From now on this process can start no process and no thread: `fork` fails with `EAGAIN`, as on
/// a system that has no room left. For the rest of the test; there is no way back (seccomp(2)).
///
/// # Errors
///
/// Fails where the system does not let a process restrict itself.
pub fn no_new_processes() -> io::Result<()> {
    refuse(CREATION, Errno::EAGAIN)
}
