//! One mapping before the forks, one step for each addition, and a wait for every child before the
//! look at the result.
//!
//! The tempting mistake is to load, add and store. That these are processes makes no difference to it:
//! who shares memory, shares the races too.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use nix::libc;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork};

use crate::given::SharedCell;

/// Forks `children` processes that run at the same time, each of which adds 1 to one shared number
/// `each` times. Waits until all of them have ended, and returns the number.
///
/// The caller adds nothing. Only the caller returns, and no child cleans up for it, by writing its
/// buffers or running its exit handlers. Other children of the caller are left to it.
///
/// # Errors
///
/// Fails with the error of the system call that has failed. The children that were forked before have
/// ended by then, and were waited for.
///
/// # Safety
///
/// The calling process has one thread.
pub unsafe fn count_together(children: u32, each: u32) -> nix::Result<u32> {
    let number = SharedCell::<AtomicU32>::anonymous()?;
    let mut pids = Vec::new();
    let mut all_forked = Ok(());
    for _ in 0..children {
        // SAFETY: the process has one thread, so the child may do all that it may.
        match unsafe { fork() } {
            Ok(ForkResult::Parent { child }) => pids.push(child),
            Err(error) => {
                // Those who are there already are still to be waited for.
                all_forked = Err(error);
                break;
            }
            Ok(ForkResult::Child) => {
                for _ in 0..each {
                    // Relaxed: nothing but the number itself is shared.
                    number.fetch_add(1, Relaxed);
                }
                // SAFETY: `_exit` takes any code and does not return.
                unsafe { libc::_exit(0) }
            }
        }
    }
    for pid in pids {
        waitpid(pid, None)?;
    }
    all_forked?;
    // Relaxed: the end of a child, and the wait for it, come before this.
    Ok(number.load(Relaxed))
}
