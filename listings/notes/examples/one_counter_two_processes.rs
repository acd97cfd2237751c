//! A process and its child add to the same variable.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use nix::libc::_exit;
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork};

// ANCHOR: main
fn main() -> nix::Result<()> {
    let counter = shared_counter()?;
    // SAFETY: this process has one thread.
    match unsafe { fork() }? {
        ForkResult::Child => {
            add(counter, 1_000);
            // SAFETY: the child ends here.
            unsafe { _exit(0) }
        }
        ForkResult::Parent { child } => {
            add(counter, 1_000);
            waitpid(child, None)?;
            println!("the counter: {}", counter.load(Relaxed));
        }
    }
    Ok(())
}

// Relaxed: the counter alone is shared, and wait(2) returns after all that the child has added.
fn add(counter: &AtomicU32, times: u32) {
    (0..times).for_each(|_| _ = counter.fetch_add(1, Relaxed));
}
// ANCHOR_END: main

fn shared_counter() -> nix::Result<&'static AtomicU32> {
    let rights = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
    // SAFETY: a new mapping, of a whole page where the kernel likes, takes nothing from anybody.
    let memory = unsafe { mmap_anonymous(None, NonZeroUsize::MIN, rights, MapFlags::MAP_SHARED) }?;
    // SAFETY: a page of zeros, aligned and never unmapped, which is used by atomic steps alone.
    Ok(unsafe { memory.cast().as_ref() })
}
