//! Whoever is to be measured measures: the child reads its own counters before and after, and
//! sends the differences through a pipe.
//!
//! The tempting mistake is to measure in the parent, which pays for nothing here. The next one is
//! to let the child allocate between two looks at a counter: that costs faults of its own.

use std::fs;
use std::hint::black_box;
use std::io::{self, PipeReader, Read, Write};
use std::num::NonZero;
use std::ptr::NonNull;

use nix::errno::Errno;
use nix::libc::{self, c_void};
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, munmap};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, SysconfVar, fork, sysconf};

/// What a child learned about the pages that it shares with its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CowReport {
    /// Minor page faults of the child while it read (getrusage(2), `ru_minflt`).
    pub read_faults: u64,
    /// Minor page faults of the child while it wrote.
    pub write_faults: u64,
    /// Memory that was written and belongs to the child alone, after the writes, in KiB:
    /// `Private_Dirty` of the mapping in `/proc/self/smaps` (proc_pid_smaps(5)).
    pub private_dirty_kib: u64,
    /// Whether all pages of the parent held what it had written, after the child had ended.
    pub parent_intact: bool,
}

/// The bytes that parent and child write; a page that is new holds neither.
const PARENT: u8 = 1;
const CHILD: u8 = 2;

/// What the child sends: three numbers of eight bytes.
type Counts = [u8; 24];

/// Has a child read `pages` pages of its parent, then write to the first `touch` of them, and
/// reports what that cost.
///
/// The pages are one private anonymous mapping (mmap(2)). The caller writes to each of them and
/// forks once. The child reads a byte of each page; then it writes another value to a byte of each
/// of the first `touch` pages. Each count is measured in the child, and covers its reads alone, or
/// its writes alone, up to a few dozen faults.
///
/// Only the caller returns, and the child does not clean up for it. The caller is left with no
/// mapping, descriptor or child that it did not have before. A signal that it handles meanwhile is
/// no failure.
///
/// # Errors
///
/// Fails with `EINVAL` where `pages` is 0 or less than `touch`, with `ENOMEM` where there can be no
/// such mapping, with `ECHILD` where the child ended without a report, and otherwise with the error
/// of the system call that failed.
///
/// # Safety
///
/// The caller must be single-threaded.
pub unsafe fn cow_witness(pages: usize, touch: usize) -> nix::Result<CowReport> {
    if touch > pages {
        return Err(Errno::EINVAL);
    }
    let region = Region::new(pages)?;
    (0..pages).for_each(|page| region.write(page, PARENT));
    let (report, mut to_parent) = io::pipe().map_err(errno)?;
    // SAFETY: our caller upholds what `fork` asks for.
    let child = match unsafe { fork() }? {
        ForkResult::Parent { child } => child,
        ForkResult::Child => {
            let sent = measure(&region, touch).and_then(|counts| to_parent.write_all(&counts));
            // SAFETY: `_exit` takes any code and does not return.
            unsafe { libc::_exit(sent.is_err().into()) }
        }
    };
    drop(to_parent);
    let counts = receive(report);
    wait_for(child)?;

    let [read_faults, write_faults, private_dirty_kib] = counts.map_err(|_| Errno::ECHILD)?;
    let parent_intact = (0..pages).all(|page| region.read(page) == PARENT);
    Ok(CowReport { read_faults, write_faults, private_dirty_kib, parent_intact })
}

/// What the child does.
fn measure(region: &Region, touch: usize) -> io::Result<Counts> {
    let before = minor_faults()?;
    for page in 0..region.pages {
        black_box(region.read(page));
    }
    let between = minor_faults()?;
    (0..touch).for_each(|page| region.write(page, CHILD));
    let after = minor_faults()?;

    let numbers = [between - before, after - between, region.private_dirty_kib()?];
    let mut counts = Counts::default();
    for (bytes, number) in counts.chunks_exact_mut(8).zip(numbers) {
        bytes.copy_from_slice(&number.to_ne_bytes());
    }
    Ok(counts)
}

fn receive(mut report: PipeReader) -> io::Result<[u64; 3]> {
    let mut counts = Counts::default();
    report.read_exact(&mut counts)?;
    let number = |at: usize| {
        let bytes = counts[8 * at..][..8].try_into().expect("the slice has eight bytes");
        u64::from_ne_bytes(bytes)
    };
    Ok([number(0), number(1), number(2)])
}

fn minor_faults() -> io::Result<u64> {
    Ok(getrusage(UsageWho::RUSAGE_SELF)?.minor_page_faults() as u64)
}

fn wait_for(child: Pid) -> nix::Result<()> {
    loop {
        match waitpid(child, None) {
            Err(Errno::EINTR) => {}
            other => return other.map(drop),
        }
    }
}

fn errno(error: io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}

/// Pages of memory, unmapped when the value is dropped.
struct Region {
    start: NonNull<c_void>,
    pages: usize,
    page_size: usize,
}

impl Region {
    fn new(pages: usize) -> nix::Result<Region> {
        let page_size = sysconf(SysconfVar::PAGE_SIZE)?.ok_or(Errno::ENOSYS)? as usize;
        let length = pages.checked_mul(page_size).ok_or(Errno::ENOMEM)?;
        let length = NonZero::new(length).ok_or(Errno::EINVAL)?;
        let (access, flags) = (ProtFlags::PROT_READ | ProtFlags::PROT_WRITE, MapFlags::MAP_PRIVATE);
        // SAFETY: the kernel chooses a range that nothing else uses.
        let start = unsafe { mmap_anonymous(None, length, access, flags) }?;
        Ok(Region { start, pages, page_size })
    }

    /// The first byte of a page.
    fn byte(&self, page: usize) -> *mut u8 {
        assert!(page < self.pages);
        // SAFETY: the page lies in the mapping.
        unsafe { self.start.cast::<u8>().as_ptr().add(page * self.page_size) }
    }

    fn read(&self, page: usize) -> u8 {
        // SAFETY: the byte is mapped, and only this thread uses it. Volatile: the compiler must not
        // leave out a read whose value nobody needs.
        unsafe { self.byte(page).read_volatile() }
    }

    fn write(&self, page: usize, value: u8) {
        // SAFETY: as for `read`.
        unsafe { self.byte(page).write_volatile(value) }
    }

    /// `Private_Dirty` of what `/proc/self/smaps` has for this range, in one part or in several.
    fn private_dirty_kib(&self) -> io::Result<u64> {
        let start = self.start.as_ptr() as usize;
        let end = start + self.pages * self.page_size;
        let address = |hex| usize::from_str_radix(hex, 16).ok();
        let (mut sum, mut is_ours) = (0, false);
        for line in fs::read_to_string("/proc/self/smaps")?.lines() {
            // A part begins with `FROM-TO `; then each line is a name, a colon and a number.
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            if let Some((from, to)) = range.and_then(|(a, b)| Some((address(a)?, address(b)?))) {
                is_ours = from < end && start < to;
            } else if let Some(size) = line.strip_prefix("Private_Dirty:").filter(|_| is_ours) {
                let kib = size.trim().trim_end_matches(" kB");
                sum += kib.parse::<u64>().map_err(io::Error::other)?;
            }
        }
        Ok(sum)
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and nothing points into it any more.
        let unmapped = unsafe { munmap(self.start, self.pages * self.page_size) };
        unmapped.expect("a whole mapping can be unmapped");
    }
}
