//! What the contained see of the file system: namespaces(7), mount_namespaces(7).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getegid, geteuid};

use super::tree::{everything_read_only, hold, place, read_only};

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
    let kept = hold(open)?;
    let room = room.map(|room| hold(room).map(|tree| (room, tree))).transpose()?;
    if room.is_some() {
        read_only(&kept)?;
        everything_read_only()?;
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

/// The widest folder around `path` that can be hidden as a whole: `/srv` for `/srv/course`.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_the_system_are_not_hidden_as_a_whole() {
        let widest = |path: &str| widest(Path::new(path));
        assert_eq!(widest("/srv/class/course"), Path::new("/srv"));
        assert_eq!(widest("/usr/src/course"), Path::new("/usr/src/course"));
    }
}
