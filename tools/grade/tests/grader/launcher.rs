//! The end of `cargo` ends everything that it has started.

use std::fs::File;
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::SUBMISSIONS;
use crate::witness::{Witness, until};

fn everything_ends_with_cargo(signal: Signal) {
    // Built before, so that cargo has only to start it.
    assert!(SUBMISSIONS.exists());
    let witness = Witness::new();
    let printed = tempfile::NamedTempFile::new().unwrap();
    let mut cargo = witness
        .mark(&mut Command::new(env!("CARGO")))
        .args(["test", "--quiet", "--package", "grade", "--test", "submissions"])
        .args(["--", "--ignored", "--exact", "outside::waits_beside_a_daemon"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .stdout(File::create(printed.path()).unwrap())
        .stderr(File::create(printed.path()).unwrap())
        .spawn()
        .unwrap();
    witness.wait_until_told();
    assert!(witness.processes().len() > 4, "cargo, libtest, supervisor, body and daemon");

    kill(Pid::from_raw(cargo.id().cast_signed()), signal).unwrap();
    cargo.wait().unwrap();
    until("no process is left", || witness.processes().is_empty());
}

#[test]
fn everything_ends_with_cargo_by_sigterm() {
    everything_ends_with_cargo(Signal::SIGTERM);
}

#[test]
fn everything_ends_with_cargo_by_sigkill() {
    everything_ends_with_cargo(Signal::SIGKILL);
}
