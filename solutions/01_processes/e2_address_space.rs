//! An address alone says nothing. The list of mappings says what lies there, and a name is a
//! question of order: rights first, then sharing, then where the bytes come from.
//!
//! The tempting mistake is to trust the look of it: a stack need not be called `[stack]`, code need
//! not be the program's, and between two mappings there may be nothing at all.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;

use nix::unistd::Pid;

pub use crate::mapping::{Backing, Mapping, Perms, Region};

/// What the kernel adds to a path that leads nowhere any more.
const DELETED: &str = " (deleted)";

impl FromStr for Mapping {
    type Err = String;

    /// Reads a line of `/proc/PID/maps` (proc_pid_maps(5)): `FROM-TO PERMS OFFSET DEVICE INODE`,
    /// and a name, if there is one. Before the name there may be more spaces than one; the name is
    /// all that is left of the line, with every space in it.
    ///
    /// A line that lacks one of the others is an error: the line itself. So is one with other than
    /// four characters for PERMS, or no number for FROM, TO, OFFSET or INODE. No more is checked.
    fn from_str(line: &str) -> Result<Mapping, String> {
        read(line).ok_or_else(|| line.to_owned())
    }
}

fn read(line: &str) -> Option<Mapping> {
    let mut columns = line.splitn(6, ' ');
    let (start, end) = columns.next()?.split_once('-')?;
    let &[read, write, exec, shared] = columns.next()?.as_bytes() else { return None };
    let offset = columns.next()?;
    let _device = columns.next()?;
    let inode = columns.next()?.parse().ok()?;
    let name = columns.next().unwrap_or_default().trim_start();

    let address = |hex| usize::from_str_radix(hex, 16).ok();
    Some(Mapping {
        range: address(start)?..address(end)?,
        perms: Perms {
            read: read == b'r',
            write: write == b'w',
            exec: exec == b'x',
            shared: shared == b's',
        },
        offset: u64::from_str_radix(offset, 16).ok()?,
        inode,
        backing: backing(name),
    })
}

fn backing(name: &str) -> Backing {
    match name {
        "" => Backing::Anonymous,
        "[heap]" => Backing::Heap,
        "[stack]" => Backing::MainStack,
        _ if name.starts_with("[anon:") => Backing::Anonymous,
        _ if name.starts_with('/') => {
            let (path, deleted) = without_mark(name);
            Backing::File { path: path.into(), deleted }
        }
        _ => Backing::Other(name.to_owned()),
    }
}

/// The path, and whether it was marked as deleted.
fn without_mark(path: &str) -> (&str, bool) {
    match path.strip_suffix(DELETED) {
        Some(path) => (path, true),
        None => (path, false),
    }
}

/// What a process has in its memory.
#[derive(Debug, Clone)]
pub struct AddressSpace {
    /// The file of the program, by the same path as in its mappings: without ` (deleted)`, and with
    /// `\012` for a line break, which the link does not replace.
    pub program: PathBuf,
    /// In the order of their addresses, as in `/proc/PID/maps`.
    pub mappings: Vec<Mapping>,
}

impl AddressSpace {
    /// Reads `/proc/PID/maps` and the link `/proc/PID/exe`. A path that is not UTF-8 is no error; it
    /// becomes what [`String::from_utf8_lossy`] makes of it. Fails where the system fails to read.
    pub fn of(pid: Pid) -> io::Result<AddressSpace> {
        let maps = fs::read(format!("/proc/{pid}/maps"))?;
        let mappings: Result<_, String> =
            String::from_utf8_lossy(&maps).split_terminator('\n').map(str::parse).collect();
        let mappings = mappings.map_err(|line| io::Error::new(io::ErrorKind::InvalidData, line))?;
        let program = fs::read_link(format!("/proc/{pid}/exe"))?;
        let program = program.to_string_lossy();
        let (program, _) = without_mark(&program);
        Ok(AddressSpace { program: program.replace('\n', "\\012").into(), mappings })
    }

    /// The mapping that `addr` lies in.
    pub fn find(&self, addr: usize) -> Option<&Mapping> {
        let position = self.mappings.partition_point(|mapping| mapping.range.end <= addr);
        self.mappings.get(position).filter(|mapping| mapping.range.contains(&addr))
    }

    /// The bytes of all mappings that are private and writable: fork(2) may have to copy them.
    pub fn private_writable_bytes(&self) -> usize {
        let copied = |mapping: &&Mapping| mapping.perms.write && !mapping.perms.shared;
        self.mappings.iter().filter(copied).map(|mapping| mapping.range.len()).sum()
    }

    /// The part of the process that `addr` lies in: the first in [`Region`] that fits.
    pub fn region_of(&self, addr: usize) -> Option<Region> {
        let Mapping { perms, backing, .. } = self.find(addr)?;
        let is_program = |path| path == &self.program;
        Some(match backing {
            _ if !perms.read && !perms.write && !perms.exec => Region::Guard,
            _ if perms.shared => Region::SharedMap,
            Backing::MainStack => Region::Stack,
            Backing::Heap => Region::Heap,
            Backing::File { path, .. } if is_program(path) && perms.exec => Region::Text,
            Backing::File { path, .. } if is_program(path) && perms.write => Region::Data,
            Backing::File { path, .. } if is_program(path) => Region::ReadOnlyData,
            Backing::File { .. } => Region::Library,
            Backing::Anonymous => Region::Anonymous,
            Backing::Other(_) => Region::Kernel,
        })
    }
}
