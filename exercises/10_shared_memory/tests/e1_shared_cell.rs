//! Exercise 10.1: `shared_memory::e1_shared_cell`.

#[path = "support/children.rs"]
mod children;

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::process::Command;
use std::ptr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::signal::{SigHandler, Signal, signal};
use shared_memory::e1_shared_cell::SharedCell;
use shared_memory::given::Shareable;

/// Three pages and a bit, where pages have 4096 bytes.
type Large = [AtomicU64; 1_600];

/// A file in memory that the code under test has not made.
fn file(content: &[u8]) -> File {
    let mut file = File::from(memfd_create(c"made by the test", MFdFlags::MFD_CLOEXEC).unwrap());
    file.write_all(content).unwrap();
    file
}

/// A cell of the same memory.
fn attach<T: Shareable>(fd: BorrowedFd<'_>) -> SharedCell<T> {
    let fd: OwnedFd = fd.try_clone_to_owned().unwrap();
    SharedCell::attach(fd).unwrap_or_else(|error| panic!("attach: {error}"))
}

fn fd<T: Shareable>(cell: &SharedCell<T>) -> BorrowedFd<'_> {
    cell.fd().expect("a cell that was made by `memfd` or `attach` has a descriptor")
}

/// How much memory is mapped that a file or other processes may have, too, in bytes (proc_pid_maps(5)).
fn mapped() -> usize {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let shared = maps.lines().filter(|line| {
        line.contains("/dev/zero") || line.contains("/memfd:") || line.contains("rw-s")
    });
    let lengths = shared.map(|line| {
        let (start, end) = line.split(' ').next().and_then(|both| both.split_once('-')).unwrap();
        let address = |hex| usize::from_str_radix(hex, 16).unwrap();
        address(end) - address(start)
    });
    lengths.sum()
}

#[grade::test(hint = "which flag of mmap(2) decides who sees what a process writes?")]
fn children_share_an_anonymous_value() {
    let cell = SharedCell::<[AtomicU64; 2]>::anonymous().unwrap();
    assert_eq!(cell[0].load(Relaxed), 0, "the memory is zeroed");
    let add = || (0..100_000).for_each(|_| _ = cell[1].fetch_add(1, Relaxed));
    let all: Vec<_> = (0..4).map(|_| children::start(add)).collect();
    all.into_iter().for_each(|child| child.done("adds to the value"));
    assert_eq!(cell[1].load(Relaxed), 400_000, "four children have added 1, 100000 times each");
    assert_eq!(cell[0].load(Relaxed), 0, "and nothing elsewhere");
    assert!(cell.fd().is_none(), "anonymous memory has no descriptor");
}

#[grade::test(hint = "how large is a new memfd, and who sees what is written to a mapping of it?")]
fn another_process_attaches_a_memfd() {
    let cell = SharedCell::<Large>::memfd(c"counters").unwrap();
    assert!(cell.iter().all(|number| number.load(Relaxed) == 0), "the memory is zeroed");
    cell[0].store(5, Relaxed);
    let other = children::start(|| {
        let attached = attach::<Large>(fd(&cell));
        assert!(!ptr::eq(&*attached, &*cell), "this process has the memory twice");
        assert_eq!(attached[0].load(Relaxed), 5, "what the parent wrote before");
        attached[1_599].store(6, Relaxed);
        // An attached cell can be handed on.
        attach::<Large>(fd(&attached))[1_598].store(7, Relaxed);
    });
    other.done("attaches the memory");
    let last = [cell[1_599].load(Relaxed), cell[1_598].load(Relaxed)];
    assert_eq!(last, [6, 7], "what the child wrote to its cells");
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    assert!(maps.contains("memfd:counters"), "the name stands in /proc/self/maps:\n{maps}");
}

#[grade::test(
    hint = "memfd_create(2): what does MFD_CLOEXEC do, and who gets the descriptor without it?"
)]
fn another_program_gets_the_descriptor_only_where_it_shall() {
    let cell = SharedCell::<AtomicU32>::memfd(c"").unwrap();
    let flags = FdFlag::from_bits_retain(fcntl(fd(&cell), FcntlArg::F_GETFD).unwrap());
    assert!(flags.contains(FdFlag::FD_CLOEXEC), "every program started from here has the memory");
    // This one gets it as its standard input, and writes to it as to a file.
    let mut program = Command::new("sh");
    program.args(["-c", r"printf '\007\007\007\007' 1<>/proc/self/fd/0"]);
    program.stdin(fd(&cell).try_clone_to_owned().unwrap());
    assert!(program.status().unwrap().success());
    assert_eq!(cell.load(Relaxed), 0x0707_0707, "what the program wrote to the memfd");
}

#[grade::test(hint = "whose memory is it, and who decides how large it is and what is in it?")]
fn what_is_in_the_memory_stays() {
    let content: Vec<u8> = (0..20_000_u32).map(|byte| byte as u8 | 1).collect();
    let mut file = file(&content);
    file.seek(SeekFrom::Start(7)).unwrap();
    let cell = attach::<Large>(file.as_fd());
    let eight = |at: usize| u64::from_ne_bytes(content[at..at + 8].try_into().unwrap());
    assert_eq!(cell[0].load(Relaxed), eight(0), "the value is at the beginning");
    assert_eq!(cell[1_599].load(Relaxed), eight(8 * 1_599), "the last number of the value");
    let is = |what: &str| {
        assert_eq!(file.metadata().unwrap().len(), content.len() as u64, "the size, {what}");
        let mut now = vec![0; content.len()];
        file.read_exact_at(&mut now, 0).unwrap();
        assert!(now == content, "the file has changed, {what}");
        let place = (&file).stream_position().unwrap();
        assert_eq!(place, 7, "the offset of the file, which all who have it share, {what}");
    };
    is("while it is attached");
    drop(cell);
    is("after the cell");
}

#[grade::test(
    census = true,
    hint = "mmap(2), NOTES: what happens where a page of the mapping lies behind the end of the file? And \
            which call says why something else cannot be mapped?"
)]
fn less_than_a_value_is_refused() {
    let before = mapped();
    let needed = size_of::<Large>();
    for size in [0, 1, 4_096, needed - 1] {
        let file = file(&vec![1; size]);
        let fd: OwnedFd = file.as_fd().try_clone_to_owned().unwrap();
        let error = SharedCell::<Large>::attach(fd).err();
        assert_eq!(error, Some(Errno::EINVAL), "attach {size} of {needed} bytes");
        let size_now = file.metadata().unwrap().len();
        assert_eq!(size_now, size as u64, "the size of the file that was refused");
    }
    let (pipe, _writer) = io::pipe().unwrap();
    let result = SharedCell::<AtomicU32>::attach(OwnedFd::from(pipe));
    assert!(result.is_err(), "a pipe cannot be mapped");
    let large = file(&vec![1; needed]);
    let path = format!("/proc/self/fd/{}", large.as_raw_fd());
    let unwritable = OwnedFd::from(File::open(path).unwrap());
    let error = SharedCell::<Large>::attach(unwritable).err();
    assert_eq!(error, Some(Errno::EACCES), "attach what was opened for reading only (mmap(2))");
    assert_eq!(mapped(), before, "bytes mapped, and before all that was refused");
    // As large as it has to be.
    attach::<Large>(large.as_fd())[1_599].store(1, Relaxed);
}

#[grade::test(
    census = true,
    mem_mb = 512,
    file_mb = 10_000,
    hint = "how many bytes are there, and does a mapping of so many exist? (mmap(2), ERRORS) And what \
            becomes of each error?"
)]
fn a_value_may_have_any_size() {
    fn first_and_last<T: Shareable>(
        cell: nix::Result<SharedCell<T>>,
        bytes: fn(&T) -> &[AtomicU64],
    ) {
        let cell = cell.unwrap_or_else(|error| panic!("{} bytes: {error}", size_of::<T>()));
        for number in [bytes(&cell).first(), bytes(&cell).last()].into_iter().flatten() {
            assert_eq!(number.fetch_add(1, Relaxed) & !1, 0, "zeroed");
        }
    }
    fn of<const N: usize>() {
        first_and_last(SharedCell::<[AtomicU64; N]>::anonymous(), |value| value);
        first_and_last(SharedCell::<[AtomicU64; N]>::memfd(c"any size"), |value| value);
    }
    of::<1>();
    of::<512>();
    of::<513>();
    of::<100_000>();
    of::<0>();
    // So much is in an empty file.
    first_and_last(SharedCell::<[AtomicU64; 0]>::attach(file(&[]).into()), |value| value);
    // This is more than a process of this test may have.
    let error = SharedCell::<[u64; 1 << 30]>::anonymous().err();
    assert_eq!(error, Some(Errno::ENOMEM), "8 GiB");
    let error = SharedCell::<[u64; 1 << 30]>::memfd(c"too large").err();
    assert_eq!(error, Some(Errno::ENOMEM), "8 GiB in a memfd");
    // And this is longer than its files may be.
    // SAFETY: no handler is installed, and nothing here depends on the signal that comes with EFBIG.
    unsafe { signal(Signal::SIGXFSZ, SigHandler::SigIgn) }.unwrap();
    let error = SharedCell::<[u64; 1 << 31]>::memfd(c"too long").err();
    assert_eq!(error, Some(Errno::EFBIG), "16 GiB in a memfd (ftruncate(2), ERRORS)");
}

/// Asks for more than a page has, on most systems.
#[repr(align(65536))]
struct Aligned(AtomicU32);

// SAFETY: an atomic number is all that it holds.
unsafe impl Shareable for Aligned {}

#[grade::test(
    hint = "at which addresses does a mapping begin, and at which may a `T` be? What has been mapped by \
            the time that you know?"
)]
fn a_value_has_its_alignment_or_is_refused() {
    let mut cells = Vec::new();
    let mut between = Vec::new();
    for round in 0..16 {
        let make = [SharedCell::<Aligned>::anonymous, || SharedCell::memfd(c"aligned")];
        for make in make {
            let before = mapped();
            match make() {
                Ok(cell) => {
                    let address = ptr::from_ref(&*cell).addr();
                    assert_eq!(address % 65_536, 0, "{address:#x} is no address of such a `T`");
                    cell.0.store(round, Relaxed);
                    cells.push(cell);
                }
                Err(error) => {
                    assert_eq!(error, Errno::EINVAL, "no such address");
                    assert_eq!(mapped(), before, "bytes mapped, and before a cell was refused");
                }
            }
        }
        // The next mapping begins elsewhere.
        between.push(SharedCell::<AtomicU32>::anonymous().unwrap());
    }
}

#[grade::test(
    census = true,
    hint = "what has been mapped, from where to where, and who closes what?"
)]
fn a_dropped_cell_leaves_nothing_behind() {
    let before = mapped();
    drop(SharedCell::<AtomicU32>::anonymous().unwrap());
    assert_eq!(mapped(), before, "bytes mapped after an anonymous cell");
    let cell = SharedCell::<Large>::anonymous().unwrap();
    assert!(mapped() >= before + size_of::<Large>(), "a cell is mapped while it lives");
    drop(cell);
    assert_eq!(mapped(), before, "bytes mapped after an anonymous cell of several pages");
    drop(SharedCell::<Large>::memfd(c"gone").unwrap());
    assert_eq!(mapped(), before, "bytes mapped after a memfd cell of several pages");
    let file = file(&[0; 100_000]);
    drop(attach::<Large>(file.as_fd()));
    drop(attach::<AtomicU32>(file.as_fd()));
    assert_eq!(mapped(), before, "bytes mapped after cells that were smaller than their file");
    // And the memory works while the cell lives.
    let cell = SharedCell::<Large>::memfd(c"at last").unwrap();
    cell[1_599].store(1, Relaxed);
}

#[grade::test(hint = "what ends with the cell, and what with the last that has the memory?")]
fn a_dropped_cell_leaves_the_others() {
    let cell = SharedCell::<AtomicU32>::anonymous().unwrap();
    let mut mine = Some(cell);
    let child = children::start(|| {
        let cell = mine.take().expect("the child has a copy of the cell");
        cell.store(1, Relaxed);
        drop(cell);
    });
    child.done("drops its copy of a cell");
    let cell = mine.expect("the parent has its own");
    assert_eq!(cell.load(Relaxed), 1, "the parent still has the memory");

    let first = SharedCell::<AtomicU32>::memfd(c"passed on").unwrap();
    let second = attach::<AtomicU32>(fd(&first));
    first.store(2, Relaxed);
    drop(first);
    assert_eq!(second.load(Relaxed), 2, "another cell of the same memory, after the first is gone");
    let third = attach::<AtomicU32>(fd(&second));
    drop(second);
    assert_eq!(third.fetch_add(1, Relaxed), 2, "a third one, after the second is gone");
    let mut bytes = [0; 4];
    File::from(fd(&third).try_clone_to_owned().unwrap()).read_exact_at(&mut bytes, 0).unwrap();
    assert_eq!(u32::from_ne_bytes(bytes), 3, "what a read of the descriptor gets");
}

/// Counts how often it was dropped.
struct Drops(AtomicU32);

// SAFETY: it holds a number; its `drop` is the test's own matter.
unsafe impl Shareable for Drops {}

impl Drop for Drops {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

#[grade::test(hint = "a value that several processes have: how many of them would drop it?")]
fn a_value_is_never_dropped() {
    let first = SharedCell::<Drops>::memfd(c"drops").unwrap();
    let second = attach::<Drops>(fd(&first));
    drop(first);
    assert_eq!(second.0.load(Relaxed), 0, "others still use the value of a cell that is dropped");
}
