//! What e2_address_space speaks of: a line of `/proc/PID/maps`, and the parts of a process.

use std::ops::Range;
use std::path::PathBuf;

/// What a process may do with the bytes of a mapping. Each letter has its place, and a `-` stands
/// where it is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Perms {
    /// `r`, in the first place.
    pub read: bool,
    /// `w`, in the second.
    pub write: bool,
    /// `x`, in the third.
    pub exec: bool,
    /// The fourth place has `s`, shared, or `p`, private. What is written to a shared mapping, all
    /// see who map the same.
    pub shared: bool,
}

/// Where the bytes of a mapping come from, by the name at the end of its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backing {
    /// The name begins with `/`. If it ends in ` (deleted)`, the file has lost this name since; the
    /// path is what stands before that.
    File { path: PathBuf, deleted: bool },
    /// `[heap]`.
    Heap,
    /// `[stack]`.
    MainStack,
    /// No file: there is no name, or one that begins with `[anon:`.
    Anonymous,
    /// Any other name, as it is: `[vdso]` and the like.
    Other(String),
}

/// A line of `/proc/PID/maps` (proc_pid_maps(5)): addresses that follow one another and have the
/// same rights and the same source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// From the first address to the one behind the last.
    pub range: Range<usize>,
    /// What may be done with the bytes.
    pub perms: Perms,
    /// Where in the file the mapping begins, in bytes.
    pub offset: u64,
    /// The number of the file in its file system; 0 where there is no file.
    pub inode: u64,
    /// Where the bytes come from.
    pub backing: Backing,
}

/// The parts of a process. A mapping is the first one that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// No right to read, write or execute: the signal SIGSEGV ends who touches it.
    Guard,
    /// Shared with whoever else maps it.
    SharedMap,
    /// The stack of the main thread.
    Stack,
    /// Memory that a process gets by brk(2); allocators take small pieces from it.
    Heap,
    /// The file of the program, executable: machine code.
    Text,
    /// The file of the program, writable: statics.
    Data,
    /// The rest of the file of the program: constants.
    ReadOnlyData,
    /// Another file: most often a shared library.
    Library,
    /// No file: large allocations, the stacks of other threads, statics that begin as zero.
    Anonymous,
    /// Under any other name: what the kernel maps into a process, such as `[vdso]`.
    Kernel,
}
