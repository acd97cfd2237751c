//! Two processes, two pointers, the same addresses: one page is private, one is shared.

use std::num::NonZero;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use nix::libc::_exit;
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork};

// ANCHOR: main
static PRIVATE: AtomicU32 = AtomicU32::new(2);

fn main() {
    let size = NonZero::new(4096).expect("it is not zero");
    let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
    // SAFETY: a new mapping, at an address that the kernel chooses, touches no other.
    let page = unsafe { mmap_anonymous(None, size, access, MapFlags::MAP_SHARED) }.unwrap();
    // SAFETY: the page is mapped until the end, aligned, zero, and used through atomics alone.
    let shared: &AtomicU32 = unsafe { page.cast().as_ref() };
    // Relaxed: the wait is between the writes of the child and the reads of the parent.
    shared.store(2, Relaxed);

    // SAFETY: this process has one thread.
    let ForkResult::Parent { child } = unsafe { fork() }.unwrap() else {
        PRIVATE.store(4, Relaxed);
        shared.store(4, Relaxed);
        // SAFETY: `_exit` takes any code and does not return.
        unsafe { _exit(0) }
    };
    waitpid(child, None).unwrap();
    println!("the child wrote 4 and 4");
    println!("private: {}", PRIVATE.load(Relaxed));
    println!("shared:  {}", shared.load(Relaxed));
}
// ANCHOR_END: main
