//! What a child writes is its own from then on, unless the mapping is shared.

use std::{fs, num::NonZero, slice};

use nix::libc::_exit;
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};
use nix::unistd::{ForkResult, fork};

// ANCHOR: main
const MIB: usize = 1 << 20;

fn main() {
    for (name, flags) in [("private", MapFlags::MAP_PRIVATE), ("shared ", MapFlags::MAP_SHARED)] {
        let (length, access) = (8 * MIB, ProtFlags::PROT_READ | ProtFlags::PROT_WRITE);
        // SAFETY: the kernel chooses a range that nothing else uses, and fills it with zeros.
        let memory = unsafe {
            let start = mmap_anonymous(None, NonZero::new(length).unwrap(), access, flags).unwrap();
            slice::from_raw_parts_mut(start.cast::<u8>().as_ptr(), length)
        };
        memory.fill(1);
        // SAFETY: this process has one thread.
        if let ForkResult::Parent { child } = unsafe { fork() }.unwrap() {
            nix::sys::wait::waitpid(child, None).unwrap();
            println!("{name} parent: the first byte is {}", memory[0]);
            continue;
        }
        let before = private_dirty();
        memory[..2 * MIB].fill(2);
        println!("{name} child:  {} MiB more", (private_dirty() - before + 512) / 1024);
        // SAFETY: `_exit` takes any code and does not return.
        unsafe { _exit(0) }
    }
}

/// The memory that this process has written and shares with nobody, in KiB.
fn private_dirty() -> usize {
    let sums = fs::read_to_string("/proc/self/smaps_rollup").unwrap();
    let line = sums.lines().find_map(|line| line.strip_prefix("Private_Dirty:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
// ANCHOR_END: main
