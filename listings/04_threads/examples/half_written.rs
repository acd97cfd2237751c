//! Two processes share two accounts, and one of them dies between two steps.

use std::sync::atomic::{AtomicI32, Ordering::Relaxed};
use std::{num::NonZero, process};

use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};
use nix::sys::signal::Signal::SIGKILL;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

// ANCHOR: main
fn main() {
    let length = NonZero::new(4096).unwrap();
    let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
    // SAFETY: the kernel chooses a range that nothing else uses; its zeros are two atomics.
    let accounts: &[AtomicI32; 2] = unsafe {
        mmap_anonymous(None, length, access, MapFlags::MAP_SHARED).unwrap().cast().as_ref()
    };
    // Relaxed, here and below: fork and waitpid order the steps of the two.
    accounts[0].store(100, Relaxed);

    // SAFETY: this process has one thread.
    match unsafe { fork() }.unwrap() {
        ForkResult::Child => {
            accounts[0].fetch_sub(40, Relaxed);
            nix::sys::signal::raise(SIGKILL).unwrap();
            accounts[1].fetch_add(40, Relaxed);
            process::abort()
        }
        ForkResult::Parent { child } => {
            let end = waitpid(child, None).unwrap();
            println!("killed: {}", matches!(end, WaitStatus::Signaled(_, SIGKILL, _)));
            println!("accounts: {accounts:?}");
        }
    }
}
// ANCHOR_END: main
