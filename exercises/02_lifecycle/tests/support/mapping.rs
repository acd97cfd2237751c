//! What is mapped in this process (proc_pid_maps(5)), and what a test does to such memory.

use std::fs;
use std::ops::Range;
use std::ptr;

use nix::libc::{self, c_void};
use nix::unistd::{SysconfVar, sysconf};

/// Addresses, from the first to behind the last.
pub type Piece = Range<usize>;

/// The size of a page, in bytes.
pub fn page_size() -> usize {
    sysconf(SysconfVar::PAGE_SIZE).unwrap().expect("a system has pages") as usize
}

/// All that this process can write to.
pub fn writable() -> Vec<Piece> {
    let text = fs::read_to_string("/proc/self/maps").expect("a process can read its own mappings");
    let address = |hex| usize::from_str_radix(hex, 16).ok();
    let pieces = text.lines().filter_map(|line| {
        let (addresses, rest) = line.split_once(' ')?;
        let (start, end) = addresses.split_once('-')?;
        let piece = address(start)?..address(end)?;
        rest.starts_with("rw").then_some(piece)
    });
    pieces.collect()
}

/// What is writable now and was not `before`, in pieces of at least `length` bytes.
pub fn new_since(before: &[Piece], length: usize) -> Vec<Piece> {
    // The kernel joins neighbors of one kind, so a new mapping may look like an old one that grew.
    let mut pieces = writable();
    for old in before {
        pieces = pieces.into_iter().flat_map(|piece| without(piece, old)).collect();
    }
    pieces.retain(|piece| piece.len() >= length);
    pieces
}

/// What is left of `piece` on both sides of `old`.
fn without(piece: Piece, old: &Piece) -> impl Iterator<Item = Piece> {
    let below = piece.start..piece.end.min(old.start);
    let above = piece.start.max(old.end)..piece.end;
    [below, above].into_iter().filter(|left| !left.is_empty())
}

/// Makes the memory start empty in a child (madvise(2), MADV_WIPEONFORK).
pub fn wipe_on_fork(piece: &Piece) {
    // SAFETY: the piece is mapped, and its content stays as it is here.
    let result = unsafe { libc::madvise(start(piece), piece.len(), libc::MADV_WIPEONFORK) };
    assert_eq!(result, 0, "a system can empty the memory of a child");
}

/// Puts shared memory of the same content in the place of this.
pub fn share(piece: &Piece) {
    let mut content = vec![0_u8; piece.len()];
    let access = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
    // SAFETY: the piece is mapped, holds plain bytes, and has the same ones again in the end.
    unsafe {
        ptr::copy_nonoverlapping(start(piece).cast(), content.as_mut_ptr(), piece.len());
        let shared = libc::mmap(start(piece), piece.len(), access, flags, -1, 0);
        assert_eq!(shared, start(piece), "a system has shared memory");
        ptr::copy_nonoverlapping(content.as_ptr(), shared.cast(), piece.len());
    }
}

/// Writes to every page what it holds already.
pub fn write_to_all(piece: &Piece) {
    for address in piece.clone().step_by(page_size()) {
        change(address, |byte| byte);
    }
}

/// Maps as much memory again, and writes to every page of it.
pub fn write_to_as_much_elsewhere(piece: &Piece) {
    let (access, flags) =
        (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: the kernel chooses a range that nothing else uses.
    let other = unsafe { libc::mmap(ptr::null_mut(), piece.len(), access, flags, -1, 0) };
    assert_ne!(other, libc::MAP_FAILED, "a system has memory");
    // The kernel joins neighbors of one kind, so it has to be of another.
    // SAFETY: the range is mapped, and what it holds does not change.
    let result = unsafe { libc::madvise(other, piece.len(), libc::MADV_DONTDUMP) };
    assert_eq!(result, 0, "memory can be left out of a core dump");
    write_to_all(&(other.addr()..other.addr() + piece.len()));
}

/// Changes all bytes of the last page but one.
pub fn change_a_late_page(piece: &Piece) {
    // The last page may be what an allocator added.
    let page = piece.end - 2 * page_size();
    (page..page + page_size()).for_each(|address| change(address, |byte| !byte));
}

fn change(address: usize, how: fn(u8) -> u8) {
    let byte = address as *mut u8;
    // SAFETY: the byte lies in a mapped piece. Volatile: what is written may be what was there.
    unsafe { ptr::write_volatile(byte, how(ptr::read_volatile(byte))) };
}

fn start(piece: &Piece) -> *mut c_void {
    piece.start as *mut c_void
}
