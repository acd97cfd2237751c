//! What can be read of a process at its end, and when it is gone.

use std::fs::{self, File};
use std::io::{self, Read};
use std::process::Command;

use nix::sys::wait::{Id, WaitPidFlag as Flag, waitid};
use nix::unistd::Pid;

// ANCHOR: main
fn main() -> io::Result<()> {
    let mut child = Command::new("true").spawn()?;
    let folder = format!("/proc/{}", child.id());
    let pid = Pid::from_raw(child.id().cast_signed());

    waitid(Id::Pid(pid), Flag::WEXITED | Flag::WNOWAIT)?;
    println!("it has ended");
    println!("- its state:     {:?}", state(&folder));
    println!("- its arguments: {:?}", fs::read(format!("{folder}/cmdline")));
    println!("- its map:       {:?}", fs::read(format!("{folder}/maps")));
    println!("- its program:   {:?}", fs::read_link(format!("{folder}/exe")));

    let mut opened = File::open(format!("{folder}/stat"))?;
    child.wait()?;
    println!("its parent has waited");
    println!("- to open stat:  {:?}", File::open(format!("{folder}/stat")).map(drop));
    println!("- to read stat:  {:?}", opened.read(&mut [0]));
    Ok(())
}
// ANCHOR_END: main

fn state(folder: &str) -> io::Result<String> {
    let status = fs::read_to_string(format!("{folder}/status"))?;
    let state = status.lines().find_map(|line| line.strip_prefix("State:"));
    Ok(state.unwrap_or("none").trim().to_owned())
}
