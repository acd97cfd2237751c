//! What the kernel tells of a descriptor: what it leads to, and how it was opened.

use std::io::{self, pipe};
use std::os::fd::AsRawFd;
use std::{fs, net::UdpSocket};

fn main() -> io::Result<()> {
    let (reader, writer) = pipe()?;
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    show("reader", &reader)?;
    show("writer", &writer)?;
    show("socket", &socket)
}

fn show(name: &str, object: &impl AsRawFd) -> io::Result<()> {
    let fd = object.as_raw_fd();
    let target = fs::read_link(format!("/proc/self/fd/{fd}"))?;
    // The number in the brackets is another one each time.
    let target = target.display().to_string().replace(|c: char| c.is_ascii_digit(), "");
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{fd}"))?;
    let lines: Vec<&str> = info.lines().take(2).collect();
    println!("{name}: {target}, {lines:?}");
    Ok(())
}
