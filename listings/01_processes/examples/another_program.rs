//! One process runs two programs, one after the other.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::{fs, io};

fn main() -> io::Result<()> {
    let mut child = Command::new("sh")
        .args(["-c", "printf 1; read line; exec cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().expect("it is a pipe");
    let mut output = child.stdout.take().expect("it is a pipe");
    let exe = format!("/proc/{}/exe", child.id());
    let cmdline = format!("/proc/{}/cmdline", child.id());

    output.read_exact(&mut [0])?; // The shell has printed its 1, so it runs.
    let first = fs::read_link(&exe)?;
    println!("at first: {:?}", fs::read_to_string(&cmdline)?);

    input.write_all(b"go on\n2")?;
    output.read_exact(&mut [0])?; // The 2 has come back, so `cat` runs.
    println!("later:    {:?}", fs::read_to_string(&cmdline)?);
    println!("another program: {}", fs::read_link(&exe)? != first);

    drop(input);
    child.wait().map(drop)
}
