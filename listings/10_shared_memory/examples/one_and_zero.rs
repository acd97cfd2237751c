//! A child adds one to a number in memory of each kind, and its parent looks.

use std::num::NonZero;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use nix::libc::_exit;
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork};

fn main() {
    let shared = number(MapFlags::MAP_SHARED);
    let private = number(MapFlags::MAP_PRIVATE);
    // SAFETY: this process has one thread.
    let ForkResult::Parent { child } = unsafe { fork() }.unwrap() else {
        // Relaxed: the parent waits for the end of the child.
        shared.fetch_add(1, Relaxed);
        private.fetch_add(1, Relaxed);
        // SAFETY: `_exit` takes any code and does not return.
        unsafe { _exit(0) }
    };
    waitpid(child, None).unwrap();
    println!("shared:  {}", shared.load(Relaxed));
    println!("private: {}", private.load(Relaxed));
}

fn number(flags: MapFlags) -> &'static AtomicU32 {
    let size = NonZero::new(size_of::<AtomicU32>()).expect("it has four bytes");
    let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
    // SAFETY: the kernel chooses a range that nothing else uses, and fills it with zeros. It stays
    // mapped until the process ends.
    unsafe { mmap_anonymous(None, size, access, flags).unwrap().cast().as_ref() }
}
