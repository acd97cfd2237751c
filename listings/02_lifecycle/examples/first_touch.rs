//! A page of memory comes at its first touch, by a page fault that the kernel counts.

use std::num::NonZero;

use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap_anonymous};
use nix::sys::resource::{UsageWho, getrusage};
use nix::unistd::{SysconfVar, sysconf};

// ANCHOR: main
const PAGES: usize = 1000;

fn main() {
    let size = sysconf(SysconfVar::PAGE_SIZE).unwrap().unwrap() as usize;
    let length = NonZero::new(PAGES * size).unwrap();
    let (access, flags) = (ProtFlags::PROT_READ | ProtFlags::PROT_WRITE, MapFlags::MAP_PRIVATE);
    // SAFETY: the kernel chooses a range that nothing else uses.
    let start = unsafe { mmap_anonymous(None, length, access, flags) }.unwrap();
    // A huge page would bring hundreds of pages by one fault. A kernel without them says so.
    // SAFETY: the range is ours, and the advice changes nothing in it.
    let _ = unsafe { madvise(start, length.get(), MmapAdvise::MADV_NOHUGEPAGE) };

    for touch in ["first", "second"] {
        let before = minor_faults();
        for page in 0..PAGES {
            // SAFETY: the byte lies in the range.
            unsafe { start.cast::<u8>().add(page * size).write_volatile(1) };
        }
        println!("{touch:6} touch: about {} faults", round(minor_faults() - before));
    }
}

fn minor_faults() -> i64 {
    getrusage(UsageWho::RUSAGE_SELF).unwrap().minor_page_faults()
}

/// To the next hundred, for a few faults of something else may come between.
fn round(faults: i64) -> i64 {
    (faults + 50) / 100 * 100
}
// ANCHOR_END: main
