//! Text that waits in a buffer is copied by fork.

use std::process;

use nix::libc;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork};

// ANCHOR: main
fn main() {
    in_a_child("exit", || process::exit(0));
    // SAFETY: `_exit` takes any code and does not return.
    in_a_child("_exit", || unsafe { libc::_exit(0) });
}

fn in_a_child(name: &str, leave: fn() -> !) {
    // No newline: the text waits in the buffer of the process.
    print!("[half a line, then {name}]");

    // SAFETY: this process has one thread.
    match unsafe { fork() }.expect("there is room for one more process") {
        ForkResult::Child => leave(),
        ForkResult::Parent { child } => {
            waitpid(child, None).expect("the child can be waited for");
            println!(" and the end of the line");
        }
    }
}
// ANCHOR_END: main
