//! A system that lets nobody look.

use std::io;

use nix::errno::Errno;
use nix::libc;

/// The calls that read a link. Newer architectures have only the second.
#[cfg(target_arch = "x86_64")]
const LINKS: &[libc::c_long] = &[libc::SYS_readlink, libc::SYS_readlinkat];
#[cfg(not(target_arch = "x86_64"))]
const LINKS: &[libc::c_long] = &[libc::SYS_readlinkat];

/// From now on this process can read no link: permission denied. There is no way back.
///
/// # Errors
///
/// Fails where the system does not let a process restrict itself.
pub fn no_links() -> io::Result<()> {
    grade::tight::refuse(LINKS, Errno::EACCES)
}
