//! Two loops: the first starts every child, the second waits for each by its PID.

use std::io::{Read, Write, pipe};

use nix::libc;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork};

// ANCHOR: main
fn main() {
    let (mut reader, mut writer) = pipe().expect("a pipe can be made");

    let mut children = Vec::new();
    for name in ["first", "second"] {
        // SAFETY: this process has one thread.
        match unsafe { fork() }.expect("there is room for one more process") {
            ForkResult::Child => {
                // The first child cannot end before the second has written.
                if name == "first" {
                    reader.read_exact(&mut [0]).expect("the second child writes");
                }
                println!("{name} child is done");
                if name == "second" {
                    writer.write_all(b"!").expect("the first child reads");
                }
                // SAFETY: `_exit` takes any code and does not return.
                unsafe { libc::_exit(0) }
            }
            ForkResult::Parent { child } => children.push((name, child)),
        }
    }
    for (name, child) in children {
        waitpid(child, None).expect("the child can be waited for");
        println!("parent has waited for the {name} child");
    }
}
// ANCHOR_END: main
