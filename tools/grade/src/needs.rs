//! What a kernel may be built without, and some tests are about.

use std::ptr;

use nix::errno::Errno;
use nix::libc;

use crate::verdict::{Failure, Kind};

/// A part of the kernel that a test needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// POSIX message queues (mq_overview(7)).
    MessageQueues,
}

impl Needs {
    /// Why the test is skipped, where the kernel lacks this part.
    pub(crate) fn lacking(self) -> Option<Failure> {
        let (call, what) = match self {
            Needs::MessageQueues => {
                (libc::SYS_mq_unlink, "POSIX message queues (CONFIG_POSIX_MQUEUE)")
            }
        };
        let none: *const libc::c_char = ptr::null();
        // SAFETY: a kernel that knows the call refuses to read a name from there (EFAULT).
        let answer = Errno::result(unsafe { libc::syscall(call, none) });
        let message = format!("this kernel has no {what}, and the test is about them");
        (answer == Err(Errno::ENOSYS)).then(|| Failure::new(Kind::Skipped, message))
    }
}
