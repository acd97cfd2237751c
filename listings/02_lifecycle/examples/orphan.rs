//! A process whose parent has ended gets another one.

use std::io::{Read, Write, pipe};

use nix::libc;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork};

// ANCHOR: main
fn main() {
    let (mut go, mut tell_to_go) = pipe().expect("a pipe can be made");
    let (mut done, until_done) = pipe().expect("a pipe can be made");

    // SAFETY: this process has one thread, and so has every copy of it.
    if let ForkResult::Parent { child: middle } = unsafe { fork() }.expect("a child can be made") {
        waitpid(middle, None).expect("the child can be waited for");
        println!("first process: my child has ended, my grandchild lives on");
        tell_to_go.write_all(b"!").expect("the grandchild reads");
        drop(until_done);
        // The end of the pipe comes when the last process that could write has ended.
        done.read_to_end(&mut Vec::new()).expect("the pipe can be read");
        return;
    }
    let middle = Pid::this();
    // SAFETY: as above.
    if let ForkResult::Child = unsafe { fork() }.expect("a grandchild can be made") {
        go.read_exact(&mut [0]).expect("the first process writes");
        println!("grandchild: the process that made me is my parent: {}", Pid::parent() == middle);
    }
    // SAFETY: `_exit` takes any code and does not return.
    unsafe { libc::_exit(0) }
}
// ANCHOR_END: main
