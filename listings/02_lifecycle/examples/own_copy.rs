//! A child has its own copy of every variable, at the same address.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use nix::libc;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork};

// ANCHOR: main
static COUNTER: AtomicU32 = AtomicU32::new(2);

fn main() {
    let before = &raw const COUNTER;

    // SAFETY: this process has one thread.
    match unsafe { fork() }.expect("there is room for one more process") {
        ForkResult::Child => {
            // Relaxed: each process has one thread.
            COUNTER.store(3, Relaxed);
            show("child", before);
            // SAFETY: `_exit` takes any code and does not return.
            unsafe { libc::_exit(0) }
        }
        ForkResult::Parent { child } => {
            waitpid(child, None).expect("the child can be waited for");
            show("parent", before);
        }
    }
}

fn show(who: &str, before: *const AtomicU32) {
    let (value, same) = (COUNTER.load(Relaxed), &raw const COUNTER == before);
    println!("{who:6} COUNTER is {value}, its address is as before: {same}");
}
// ANCHOR_END: main
