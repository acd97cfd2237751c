//! What the contained see of the file system: namespaces(7), mount_namespaces(7).

use std::collections::BTreeSet;
use std::ffi::CString;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};
use nix::libc;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getegid, geteuid};

/// Folders of the system that tests need, so that nothing directly below the root folder that is
/// called so is hidden as a whole.
const OF_THE_SYSTEM: [&str; 11] =
    ["bin", "boot", "dev", "etc", "lib", "lib64", "nix", "proc", "sbin", "sys", "usr"];
/// Folders of users.
const OF_USERS: [&str; 2] = ["/home", "/root"];
/// Folders that all may write to, and that start empty.
const FOR_ALL: [&str; 3] = ["/tmp", "/var/tmp", "/dev/shm"];

/// Enters namespaces in which `hidden` is not there, but `open` is. With a `room`, all but that is
/// read-only, and the folders of users are not there either.
///
/// # Errors
///
/// Fails where the system refuses any of it.
pub(super) fn enter(hidden: &[PathBuf], open: &Path, room: Option<&Path>) -> Result<()> {
    namespaces().context("cannot enter namespaces")?;
    let none: Option<&str> = None;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)
        .context("cannot make mounts private")?;
    let kept = tree(open)?;
    let room = room.map(|room| tree(room).map(|tree| (room, tree))).transpose()?;
    if room.is_some() {
        make_read_only(&kept)?;
        set_read_only(libc::AT_FDCWD, c"/", libc::AT_RECURSIVE).context("cannot protect files")?;
        for folder in FOR_ALL {
            hide(Path::new(folder), "1777")?;
        }
        let of_users = OF_USERS.iter().map(PathBuf::from);
        let folders: BTreeSet<PathBuf> =
            of_users.chain(hidden.iter().map(|path| widest(path))).collect();
        let is_done = |folder: &&PathBuf| !FOR_ALL.iter().any(|all| folder.starts_with(all));
        for folder in folders.iter().filter(is_done) {
            hide(folder, "755")?;
        }
    } else {
        for folder in hidden {
            hide(folder, "755")?;
        }
    }
    place(&kept, open)?;
    if let Some((room, tree)) = room {
        place(&tree, room)?;
    }
    Ok(())
}

/// A view of the processes of this PID namespace; call it in the first of them.
///
/// # Errors
///
/// Fails where the system refuses it.
pub(super) fn processes() -> Result<()> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    let none: Option<&str> = None;
    mount(Some("proc"), "/proc", Some("proc"), flags, none).context("cannot mount /proc")
}

fn namespaces() -> Result<()> {
    let kinds = CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWNET;
    let (user, group) = (geteuid(), getegid());
    if user.is_root() {
        unshare(kinds)?;
    } else {
        unshare(kinds | CloneFlags::CLONE_NEWUSER)?;
        fs::write("/proc/self/setgroups", "deny")?;
        fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
        fs::write("/proc/self/gid_map", format!("{group} {group} 1"))?;
    }
    Ok(())
}

/// The widest folder around `path` that can be hidden as a whole: `/work` for `/work/course`.
fn widest(path: &Path) -> PathBuf {
    let mut parts = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    });
    match parts.next() {
        Some(first) if !OF_THE_SYSTEM.iter().any(|name| first == *name) => {
            Path::new("/").join(first)
        }
        _ => path.to_owned(),
    }
}

/// Puts an empty folder over `folder`, if it is there.
fn hide(folder: &Path, mode: &str) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    let options = format!("mode={mode},size=50%");
    mount(Some("tmpfs"), folder, Some("tmpfs"), flags, Some(options.as_str()))
        .with_context(|| format!("cannot hide {}", folder.display()))
}

/// Takes hold of the folder as it is now, whatever will be put over it.
fn tree(folder: &Path) -> Result<OwnedFd> {
    const CLONE: libc::c_uint = 1; // OPEN_TREE_CLONE
    let flags = CLONE | libc::O_CLOEXEC as libc::c_uint | libc::AT_RECURSIVE as libc::c_uint;
    let name = c_name(folder)?;
    // SAFETY: the name is a C string and lives as long as the call.
    let answer =
        unsafe { libc::syscall(libc::SYS_open_tree, libc::AT_FDCWD, name.as_ptr(), flags) };
    let fd = checked(answer).with_context(|| format!("cannot hold {}", folder.display()))?;
    // SAFETY: the system has just made it, and nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

/// Puts a folder that [`tree`] holds to its place, which may have been hidden.
fn place(tree: &OwnedFd, folder: &Path) -> Result<()> {
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

fn make_read_only(tree: &OwnedFd) -> Result<()> {
    let flags = libc::AT_EMPTY_PATH | libc::AT_RECURSIVE;
    set_read_only(tree.as_raw_fd(), c"", flags).context("cannot protect files")
}

fn set_read_only(folder: i32, name: &std::ffi::CStr, flags: i32) -> io::Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_the_system_are_not_hidden_as_a_whole() {
        let widest = |path: &str| widest(Path::new(path));
        assert_eq!(widest("/work/class/course"), Path::new("/work"));
        assert_eq!(widest("/usr/src/course"), Path::new("/usr/src/course"));
    }
}
