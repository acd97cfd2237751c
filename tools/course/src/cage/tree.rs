//! Holds folders while others are put over them, by calls that the C library has no names for:
//! open_tree(2), move_mount(2), mount_setattr(2).

use std::ffi::{CStr, CString};
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result};
use nix::libc;

/// Takes hold of the folder as it is now, whatever will be put over it.
///
/// # Errors
///
/// Fails where the folder is not there, or the system refuses it.
pub(super) fn hold(folder: &Path) -> Result<OwnedFd> {
    const CLONE: libc::c_uint = 1; // OPEN_TREE_CLONE
    let flags = CLONE | libc::O_CLOEXEC as libc::c_uint | libc::AT_RECURSIVE as libc::c_uint;
    let name = c_name(folder)?;
    // SAFETY: the name is a C string and lives as long as the call.
    let answer =
        unsafe { libc::syscall(libc::SYS_open_tree, libc::AT_FDCWD, name.as_ptr(), flags) };
    let fd = checked(answer).with_context(|| format!("cannot hold {}", folder.display()))?;
    // SAFETY: the system has made it for this call, and nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

/// Puts a folder that [`hold`] holds to its place, which may have been hidden.
///
/// # Errors
///
/// As [`hold`].
pub(super) fn place(tree: &OwnedFd, folder: &Path) -> Result<()> {
    const FROM_EMPTY_PATH: libc::c_uint = 4; // MOVE_MOUNT_F_EMPTY_PATH
    let cannot = || format!("cannot place {}", folder.display());
    fs::create_dir_all(folder).with_context(cannot)?;
    let name = c_name(folder)?;
    // SAFETY: both names are C strings and live as long as the call.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_move_mount,
            tree.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_FDCWD,
            name.as_ptr(),
            FROM_EMPTY_PATH,
        )
    };
    checked(answer).map(drop).with_context(cannot)
}

/// Lets nobody write to what [`hold`] holds.
///
/// # Errors
///
/// Fails where the system refuses it.
pub(super) fn read_only(tree: &OwnedFd) -> Result<()> {
    let flags = libc::AT_EMPTY_PATH | libc::AT_RECURSIVE;
    set_read_only(tree.as_raw_fd(), c"", flags).context("cannot protect files")
}

/// Lets nobody write to anything that is mounted now.
///
/// # Errors
///
/// Fails where the system refuses it.
pub(super) fn everything_read_only() -> Result<()> {
    set_read_only(libc::AT_FDCWD, c"/", libc::AT_RECURSIVE).context("cannot protect files")
}

fn set_read_only(folder: i32, name: &CStr, flags: i32) -> io::Result<()> {
    /// `struct mount_attr` of mount_setattr(2).
    #[repr(C)]
    struct Attributes {
        set: u64,
        clear: u64,
        propagation: u64,
        user_namespace: u64,
    }
    const READ_ONLY: u64 = 1; // MOUNT_ATTR_RDONLY
    let wanted = Attributes { set: READ_ONLY, clear: 0, propagation: 0, user_namespace: 0 };
    // SAFETY: the name is a C string, and the attributes have the size that is given.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            folder,
            name.as_ptr(),
            flags,
            &raw const wanted,
            size_of::<Attributes>(),
        )
    };
    checked(answer).map(drop)
}

fn checked(answer: libc::c_long) -> io::Result<libc::c_long> {
    if answer < 0 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}

fn c_name(path: &Path) -> Result<CString> {
    CString::new(path.as_os_str().as_bytes()).context("a path has no zero byte")
}
