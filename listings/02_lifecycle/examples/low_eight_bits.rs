//! Of an exit code, the kernel keeps eight bits.

use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

// ANCHOR: main
fn main() {
    for code in [7, 255, 256, -1] {
        // SAFETY: this process has one thread.
        match unsafe { fork() }.expect("there is room for one more process") {
            // SAFETY: `_exit` takes any code and does not return.
            ForkResult::Child => unsafe { libc::_exit(code) },
            ForkResult::Parent { child } => match waitpid(child, None) {
                Ok(WaitStatus::Exited(_, seen)) => println!("{code:3} is seen as {seen}"),
                other => panic!("{other:?}"),
            },
        }
    }
}
// ANCHOR_END: main
