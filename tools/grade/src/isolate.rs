//! Gives a test kernel objects of its own: `/dev/shm`, POSIX and System V queues, semaphores and
//! shared memory, by namespaces (namespaces(7)). What it leaves can be counted, belongs to nobody
//! else, and is gone with its last process.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;

use nix::fcntl::{Flock, FlockArg};
use nix::libc::{self, c_int, c_long};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getegid, geteuid};

use crate::message::Verdict;
use crate::verdict::{Failure, Kind};

/// Where POSIX shared memory and semaphores live (shm_overview(7), sem_overview(7)).
pub(crate) const SHARED_MEMORY: &str = "/dev/shm";

/// What the message says where the system refuses.
const REFUSED: &str = "this system gives the test no kernel objects of its own";

/// The failure of a test that could not be isolated.
pub(crate) fn refused(error: io::Error) -> Failure {
    Failure::new(Kind::Limit, format!("{REFUSED} (namespaces: {error})"))
}

/// The failure of a test that did not begin, since it could not be isolated.
pub(crate) fn was_refused(verdict: &Verdict) -> Option<&Failure> {
    verdict.as_ref().err().filter(|failure| failure.message.starts_with(REFUSED))
}

/// Where tests share the kernel objects of the user, only one at a time may count them.
///
/// # Errors
///
/// Fails where the folder of the shared memory cannot be opened or locked.
pub(crate) fn alone() -> io::Result<Flock<File>> {
    // A folder can be locked as it is (flock(2)); nothing is left behind.
    let folder = File::open(SHARED_MEMORY)?;
    Flock::lock(folder, FlockArg::LockExclusive).map_err(|(_, error)| error.into())
}

/// Enters namespaces of its own and returns a view of its message queues. Call it on a process
/// with one thread.
///
/// # Errors
///
/// Fails where the system does not let this user do so; the process must end then, since it may
/// have entered some of them.
pub(crate) fn enter() -> io::Result<OwnedFd> {
    let (user, group) = (geteuid(), getegid());
    let kinds = CloneFlags::CLONE_NEWIPC | CloneFlags::CLONE_NEWNS;
    if user.is_root() {
        unshare(kinds)?;
    } else {
        // A user may do this in a user namespace alone (user_namespaces(7)).
        unshare(kinds | CloneFlags::CLONE_NEWUSER)?;
        fs::write("/proc/self/setgroups", "deny")?;
        fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
        fs::write("/proc/self/gid_map", format!("{group} {group} 1"))?;
    }
    // What is mounted here must not be seen outside.
    let none: Option<&str> = None;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)?;
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some("tmpfs"), SHARED_MEMORY, Some("tmpfs"), flags, Some("mode=1777"))?;
    let queues = queues()?;
    if !user.is_root() {
        drop_capabilities()?;
    }
    Ok(queues)
}

/// Opens the file system of the message queues (mq_overview(7)) without a place for it.
fn queues() -> io::Result<OwnedFd> {
    const CLOSE_ON_EXEC: c_long = 1; // FSOPEN_CLOEXEC and FSMOUNT_CLOEXEC
    const CREATE: c_long = 6; // FSCONFIG_CMD_CREATE
    let none: *const u8 = ptr::null();
    // SAFETY: the name is a C string; the other pointers are null, which these calls allow.
    unsafe {
        let context =
            descriptor(libc::syscall(libc::SYS_fsopen, c"mqueue".as_ptr(), CLOSE_ON_EXEC))?;
        let raw = context.as_raw_fd();
        if libc::syscall(libc::SYS_fsconfig, raw, CREATE, none, none, 0) < 0 {
            return Err(io::Error::last_os_error());
        }
        descriptor(libc::syscall(libc::SYS_fsmount, raw, CLOSE_ON_EXEC, 0))
    }
}

/// Takes a descriptor, as a system call returns it.
///
/// # Safety
///
/// Nothing else owns the descriptor.
unsafe fn descriptor(answer: c_long) -> io::Result<OwnedFd> {
    if answer < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: as the caller promises.
    Ok(unsafe { OwnedFd::from_raw_fd(answer as RawFd) })
}

/// In a user namespace its first process may do everything, which would spare the test errors that
/// its user must see.
fn drop_capabilities() -> io::Result<()> {
    #[repr(C)]
    struct Header {
        version: u32,
        pid: c_int,
    }
    const VERSION_3: u32 = 0x2008_0522;
    let header = Header { version: VERSION_3, pid: 0 };
    // Effective, permitted and inheritable, 32 bits each, twice.
    let none = [0_u32; 6];
    // SAFETY: both pointers are valid for the call, and have the layout of version 3 (capset(2)).
    let answer = unsafe { libc::syscall(libc::SYS_capset, &header, &none) };
    if answer < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
