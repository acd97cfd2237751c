//! How much of the processor one gets is a matter of threads: `nice` of one does not touch the others.

use std::thread;

use nix::libc::{PRIO_PROCESS, getpriority, setpriority};

// ANCHOR: main
fn main() {
    let before = nice();
    let in_thread = thread::spawn(|| {
        // SAFETY: the call takes numbers only; 0 means the calling thread.
        unsafe { setpriority(PRIO_PROCESS, 0, 19) };
        nice()
    });
    println!("the thread has nice {}", in_thread.join().unwrap());
    println!("the main thread has the same as before: {}", nice() == before);
}

fn nice() -> i32 {
    // SAFETY: the call takes numbers only; 0 means the calling thread.
    unsafe { getpriority(PRIO_PROCESS, 0) }
}
// ANCHOR_END: main
