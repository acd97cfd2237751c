//! Tell which part of a process an address lies in.
//!
//! The tests go green in three steps: `step1` reads a line, `step2` a process, and `step3` names.
//! `cargo test -p processes --test e2_address_space step1` runs those of the first step.

use std::io;
use std::path::PathBuf;
use std::str::FromStr;

use nix::unistd::Pid;

pub use crate::mapping::{Backing, Mapping, Perms, Region};

impl FromStr for Mapping {
    type Err = String;

    /// Reads a line of `/proc/PID/maps` (proc_pid_maps(5)): `FROM-TO PERMS OFFSET DEVICE INODE`,
    /// and a name, if there is one. Before the name there may be more spaces than one; the name is
    /// all that is left of the line, with every space in it.
    ///
    /// A line that lacks one of the others is an error: the line itself. So is one with other than
    /// four characters for PERMS, or no number for FROM, TO, OFFSET or INODE. No more is checked.
    fn from_str(line: &str) -> Result<Mapping, String> {
        // TODO: step 1.
        todo!("read {line:?}")
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
        todo!("read what process {pid} maps")
    }

    /// The mapping that `addr` lies in.
    pub fn find(&self, addr: usize) -> Option<&Mapping> {
        todo!("look for {addr:#x} in {self:?}")
    }

    /// The bytes of all mappings that are private and writable: fork(2) may have to copy them.
    pub fn private_writable_bytes(&self) -> usize {
        todo!("add up some of {self:?}")
    }

    /// The part of the process that `addr` lies in: the first in [`Region`] that fits.
    pub fn region_of(&self, addr: usize) -> Option<Region> {
        todo!("look for {addr:#x} in {self:?}")
    }
}
