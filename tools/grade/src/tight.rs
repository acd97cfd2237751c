//! Takes away what code counts on, so that its paths for failures run.

use std::io;

use nix::errno::Errno;
use nix::libc;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

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

/// While it lives, this process can open only so many descriptors more; see [`few_descriptors`].
pub struct FewDescriptors {
    usual: (u64, u64),
}

/// From now on this process can open `spare` descriptors more than it has, and then gets `EMFILE`,
/// so that code which leaks them soon has none (setrlimit(2)). Ends with the value that is returned.
///
/// # Errors
///
/// Fails where the limit cannot be read or set.
pub fn few_descriptors(spare: usize) -> io::Result<FewDescriptors> {
    let usual = getrlimit(Resource::RLIMIT_NOFILE)?;
    // The limit is not on how many are open but on the highest number. A lower number that is free
    // will be used.
    // SAFETY: the call asks about a number, which need not be a descriptor.
    let is_free = |number: &u64| unsafe { libc::fcntl(*number as i32, libc::F_GETFD) } == -1;
    let lowest_refused = (0..usual.0).filter(is_free).nth(spare).unwrap_or(usual.0);
    setrlimit(Resource::RLIMIT_NOFILE, lowest_refused, usual.1)?;
    Ok(FewDescriptors { usual })
}

impl Drop for FewDescriptors {
    fn drop(&mut self) {
        // It cannot fail: this was the limit before, and the highest allowed is unchanged.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, self.usual.0, self.usual.1);
    }
}
