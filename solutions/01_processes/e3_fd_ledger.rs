//! Looking changes what is seen: a listing of descriptors needs one itself, and what was listed may
//! be closed before it is looked at. So list, close, and then look, and take "not there" for an
//! answer.
//!
//! The tempting mistake is to trust a name. A number may lead elsewhere a moment later, and a path
//! changes while the file stays the same: only device and inode tell what is what.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::fd::RawFd;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use nix::libc;
use nix::unistd::Pid;

pub use crate::descriptor::{FdInfo, FdKind, LedgerDiff};

/// The open descriptors of a process, by their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FdLedger(pub BTreeMap<RawFd, FdInfo>);

impl FdLedger {
    /// All that this process has open. What the call itself opens to find out is not among it, and
    /// is closed when it returns.
    ///
    /// Other threads may open and close meanwhile. What is closed before it was looked at in full
    /// is left out, and no error.
    ///
    /// # Errors
    ///
    /// Fails where anything else fails, with the error of the system.
    pub fn of_self() -> io::Result<FdLedger> {
        FdLedger::of(Pid::this())
    }

    /// The same for any process whose descriptors the caller may see.
    ///
    /// # Errors
    ///
    /// As [`FdLedger::of_self`], and where there is no such process. For a zombie, and a process
    /// that ends meanwhile, it may fail or return what was open still.
    pub fn of(pid: Pid) -> io::Result<FdLedger> {
        let mut ledger = BTreeMap::new();
        // The descriptor of the listing is closed when all numbers are there: its own leads nowhere.
        for fd in numbers(pid)? {
            match look(pid, fd) {
                Ok(info) => drop(ledger.insert(fd, info)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(FdLedger(ledger))
    }

    /// What has changed from here to `later`.
    ///
    /// Two descriptors lead to the same object where device and inode are the same, and for
    /// [`FdKind::Anon`] the name as well, because most of these share one inode. All else may change:
    /// the path of a file that was renamed, or deleted, the offset, the flag.
    pub fn diff(&self, later: &FdLedger) -> LedgerDiff {
        let mut diff = LedgerDiff::default();
        for (fd, before) in &self.0 {
            match later.0.get(fd) {
                None => diff.closed.push(before.clone()),
                Some(after) if same_object(before, after) => {}
                Some(after) => diff.replaced.push((before.clone(), after.clone())),
            }
        }
        let is_new = |info: &&FdInfo| !self.0.contains_key(&info.fd);
        diff.opened = later.0.values().filter(is_new).cloned().collect();
        diff
    }
}

fn numbers(pid: Pid) -> io::Result<Vec<RawFd>> {
    let number = |entry: io::Result<fs::DirEntry>| {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.parse().ok());
        number.ok_or_else(|| malformed(format!("a descriptor has a number, and not {name:?}")))
    };
    fs::read_dir(format!("/proc/{pid}/fd"))?.map(number).collect()
}

fn look(pid: Pid, fd: RawFd) -> io::Result<FdInfo> {
    let link = format!("/proc/{pid}/fd/{fd}");
    let kind = kind(fs::read_link(&link)?);
    // This follows the link to what is open, whatever the path of that may be now.
    let data = fs::metadata(&link)?;
    let text = fs::read_to_string(format!("/proc/{pid}/fdinfo/{fd}"))?;
    let field = |name, radix| {
        let value = text.lines().find_map(|line| line.strip_prefix(name))?;
        u64::from_str_radix(value.trim(), radix).ok()
    };
    let lacks = || malformed(format!("fdinfo of descriptor {fd} lacks its fields:\n{text}"));
    let flags = field("flags:", 8).ok_or_else(lacks)?;
    let offset = field("pos:", 10).ok_or_else(lacks)?;
    let cloexec = flags & libc::O_CLOEXEC as u64 != 0;
    Ok(FdInfo { fd, kind, object: (data.dev(), data.ino()), cloexec, offset })
}

/// What the target of a link says.
fn kind(link: PathBuf) -> FdKind {
    let Some(text) = link.to_str().filter(|text| !text.starts_with('/')) else {
        return FdKind::File(link);
    };
    let inode = |kind| text.strip_prefix(kind)?.strip_prefix(":[")?.strip_suffix(']')?.parse().ok();
    if let Some(inode) = inode("pipe") {
        FdKind::Pipe(inode)
    } else if let Some(inode) = inode("socket") {
        FdKind::Socket(inode)
    } else if let Some(name) = text.strip_prefix("anon_inode:") {
        FdKind::Anon(name.to_owned())
    } else {
        FdKind::Other(text.to_owned())
    }
}

fn same_object(before: &FdInfo, after: &FdInfo) -> bool {
    let same_name = match (&before.kind, &after.kind) {
        (FdKind::Anon(before), FdKind::Anon(after)) => before == after,
        _ => true,
    };
    same_name && before.object == after.object
}

fn malformed(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
