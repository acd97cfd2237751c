//! A network namespace begins with nothing but a loopback device, which is down: tests of servers
//! need it.

use std::io;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;

use anyhow::{Context, Result};
use nix::libc;

/// Brings the loopback device up.
///
/// # Errors
///
/// Fails where the system refuses it.
pub(super) fn bring_up() -> Result<()> {
    // Any socket of the namespace will do (netdevice(7)).
    let socket = UdpSocket::bind("0.0.0.0:0").context("cannot make a socket")?;
    // SAFETY: zeros are a valid request without a name.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo") {
        *to = from.cast_signed();
    }
    request.ifr_ifru.ifru_flags = libc::IFF_UP as libc::c_short;
    // SAFETY: the call reads a request, which lives as long as the call.
    let answer =
        unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw const request) };
    if answer < 0 {
        return Err(io::Error::last_os_error()).context("cannot bring up the loopback device");
    }
    Ok(())
}
