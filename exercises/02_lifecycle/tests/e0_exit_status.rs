//! Exercise 2.0: `lifecycle::e0_exit_status`.

use std::process::Command;

use lifecycle::e0_exit_status::{Ended, ended};

#[grade::test(hint = "where does the status keep the exit code?")]
fn an_exit_code_is_reported() {
    assert_eq!(ended(Command::new("sh").args(["-c", "exit 7"])).unwrap(), Ended::Exited(7));
}

#[grade::test(hint = "a process that a signal ended has no exit code")]
fn a_signal_is_reported() {
    assert_eq!(ended(Command::new("sh").args(["-c", "kill -9 $$"])).unwrap(), Ended::Killed(9));
}
