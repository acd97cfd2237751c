//! One call, two returns.

use nix::libc;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork};

fn main() {
    let caller = Pid::this();
    println!("before: one process");

    // SAFETY: this process has one thread.
    match unsafe { fork() }.expect("there is room for one more process") {
        ForkResult::Child => {
            println!(
                "child:  fork returned 0, and the caller is my parent: {}",
                Pid::parent() == caller
            );
            // SAFETY: `_exit` takes any code and does not return.
            unsafe { libc::_exit(0) }
        }
        ForkResult::Parent { child } => {
            waitpid(child, None).expect("the child can be waited for");
            println!(
                "parent: fork returned the child's PID, and I am the caller: {}",
                Pid::this() == caller
            );
        }
    }
    println!("after:  one process again");
}
