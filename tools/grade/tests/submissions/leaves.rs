//! Tests that leave processes behind, or start too many.

use std::process::{Command, Stdio};

use nix::sys::prctl;
use nix::unistd::{ForkResult, fork, pause, setsid};

#[grade::test]
fn orphan() {
    let child = Command::new("sleep").arg("60").spawn().unwrap();
    std::mem::forget(child);
}

#[grade::test]
fn orphan_without_output() {
    let child = Command::new("sleep").arg("60").stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    std::mem::forget(child);
}

#[grade::test]
fn daemon() {
    // SAFETY: the body has one thread.
    if let ForkResult::Child = unsafe { fork() }.unwrap() {
        setsid().unwrap();
        // SAFETY: as above.
        if let ForkResult::Child = unsafe { fork() }.unwrap() {
            let _ = Command::new("sleep").arg("60").status();
        }
        // SAFETY: `_exit` takes any status.
        unsafe { nix::libc::_exit(0) }
    }
    nix::sys::wait::wait().unwrap();
}

#[grade::test(processes = 64)]
fn fork_bomb() {
    loop {
        // SAFETY: the body has one thread.
        if let Ok(ForkResult::Child) = unsafe { fork() } {
            loop {
                pause();
            }
        }
    }
}

#[grade::test(processes = 64)]
fn exponential_fork_bomb() {
    loop {
        // SAFETY: every process here has one thread.
        let _ = unsafe { fork() };
    }
}

/// The system keeps 15 bytes of a name, and so a part of the last character of this one.
#[grade::test]
fn orphan_with_half_a_character_in_its_name() {
    // SAFETY: the body has one thread.
    if let ForkResult::Child = unsafe { fork() }.unwrap() {
        prctl::set_name(c"w-等待的子进程").unwrap();
        loop {
            pause();
        }
    }
}
