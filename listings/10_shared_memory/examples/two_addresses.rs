//! Two processes have one page at two addresses. What means the same to both?

#[path = "../../../exercises/10_shared_memory/src/given/cell.rs"]
#[expect(dead_code, reason = "this program has no anonymous cells")]
mod cell;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use cell::SharedCell;
use nix::libc::{_exit, c_void, mincore};
use nix::unistd::{ForkResult, fork};
use nix::{errno::Errno, sys::wait::waitpid};

// ANCHOR: main
fn main() {
    let ours = SharedCell::<[AtomicUsize; 8]>::memfd(c"page").unwrap();
    // Relaxed: the fork is between the writes of the parent and the reads of the child.
    ours[0].store(ours.as_ptr().addr(), Relaxed);
    ours[1].store(7, Relaxed);
    ours[7].store(42, Relaxed);
    // SAFETY: this process has one thread.
    if let ForkResult::Parent { child } = unsafe { fork() }.unwrap() {
        waitpid(child, None).unwrap();
        return;
    }
    // The child maps the page a second time, and gives up the first mapping.
    let fd = ours.fd().unwrap().try_clone_to_owned().unwrap();
    let theirs = SharedCell::<[AtomicUsize; 8]>::attach(fd).unwrap();
    drop(ours);
    let [pointer, place] = [0, 1].map(|at| theirs[at].load(Relaxed));
    println!("the same address: {}", theirs.as_ptr().addr() == pointer);
    println!("at place {place}: {}", theirs[place].load(Relaxed));
    let pointer = std::ptr::without_provenance_mut::<c_void>(pointer);
    // SAFETY: mincore(2) follows no address; it writes a byte for each page.
    let mapped = unsafe { mincore(pointer, 1, [0; 16].as_mut_ptr()) };
    println!("where the pointer leads: {:?}", Errno::result(mapped).map(drop));
    // SAFETY: `_exit` takes any code and does not return.
    unsafe { _exit(0) }
}
// ANCHOR_END: main
