//! A death by signal.

use nix::sys::prctl::set_dumpable;
use nix::sys::signal::{SigHandler, Signal, raise, signal};

/// Ends this process by `deadly`, without a core dump.
pub fn die_of(deadly: Signal) -> ! {
    set_dumpable(false).expect("a process may give up its core dump");
    // A handler may have been inherited: the Rust runtime has one for SIGSEGV.
    // SAFETY: the default action is no code of ours. SIGKILL has no other: that error is no matter.
    let _ = unsafe { signal(deadly, SigHandler::SigDfl) };
    raise(deadly).expect("a process may signal itself");
    unreachable!("{deadly} terminates a process")
}
