//! Notices that the process that started this one, such as cargo, has gone.
//!
//! An orphan gets another parent, so the number of the parent tells. `PR_SET_PDEATHSIG` would not
//! do: it follows the thread that started the process. Two things stay unseen, and then each test
//! still ends within its limits: a launcher that has gone before the first test begins, and one
//! outside the PID namespace of this process, whose number is always 0.

use std::sync::LazyLock;

use nix::unistd::Pid;

/// The parent as it was when the first test began.
static LAUNCHER: LazyLock<Pid> = LazyLock::new(Pid::parent);

/// Whether the launcher has gone. The first call takes note of it.
pub(crate) fn has_gone() -> bool {
    Pid::parent() != *LAUNCHER
}
