//! Tests that wait for something from outside; they run only where they are asked for.

use std::env;
use std::fs::File;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use nix::unistd::{ForkResult, fork, pause, setsid};

fn path(variable: &str) -> PathBuf {
    env::var_os(variable).unwrap_or_else(|| panic!("{variable} must name a file")).into()
}

#[grade::test(timeout_ms = 600_000)]
#[ignore = "waits to be ended from outside"]
fn waits_beside_a_daemon() {
    let told = path("TOLD");
    let child = Command::new("sleep").arg("600").spawn().unwrap();
    // SAFETY: the body has one thread.
    if let ForkResult::Child = unsafe { fork() }.unwrap() {
        setsid().unwrap();
        // SAFETY: as above.
        if let ForkResult::Child = unsafe { fork() }.unwrap() {
            let _ = Command::new("sleep").arg("600").status();
        }
        // SAFETY: `_exit` takes any status.
        unsafe { nix::libc::_exit(0) }
    }
    std::mem::forget(child);
    File::create(told).unwrap();
    loop {
        pause();
    }
}

#[grade::test(timeout_ms = 600_000)]
#[ignore = "waits for a file"]
fn waits_for_word() {
    let word = path("WORD");
    while !word.exists() {
        thread::sleep(Duration::from_millis(5));
    }
}
