//! Nothing is left where a supervisor is killed from outside, and nobody else is harmed.

use std::process::Command;
use std::thread;

use nix::sys::signal::{Signal, kill};

use crate::support::build::SUBMISSIONS;
use crate::support::judged::verdicts_of;
use crate::support::{Judged, verdict_of};
use crate::witness::{Witness, until};

const DAEMON: &str = "outside::waits_beside_a_daemon";
const PATIENT: &str = "outside::waits_for_word";

/// Sends a signal to the supervisor of a submission that has a daemon; checks that all has ended
/// when the verdict is there.
fn after_a_signal_to_the_supervisor(signal: Signal) -> Judged {
    let witness = Witness::new();
    let mut command = Command::new(&*SUBMISSIONS);
    witness.mark(&mut command).arg("--ignored");
    thread::scope(|scope| {
        let judged = scope.spawn(|| verdict_of(&mut command, DAEMON));
        witness.wait_until_told();
        kill(witness.supervisor_of(DAEMON), signal).unwrap();
        let judged = judged.join().unwrap();
        assert_eq!(witness.processes(), []);
        judged
    })
}

#[test]
fn a_supervisor_that_is_killed_leaves_no_daemon() {
    let judged = after_a_signal_to_the_supervisor(Signal::SIGKILL);
    insta::assert_snapshot!(judged.to_string(), @r#"
    signal: the supervisor of the test was ended by SIGKILL before it could report.
    Did somebody signal it, or the system for want of memory, or the code its parent?
    "#);
}

#[test]
fn a_supervisor_that_is_terminated_leaves_no_daemon() {
    let judged = after_a_signal_to_the_supervisor(Signal::SIGTERM);
    insta::assert_snapshot!(judged.to_string(), @r#"
    signal: the supervisor of the test was ended by SIGTERM before it could report.
    Did somebody signal it, or the system for want of memory, or the code its parent?
    "#);
}

#[test]
fn a_supervisor_that_is_stopped_fails_its_test_at_once() {
    let judged = after_a_signal_to_the_supervisor(Signal::SIGSTOP);
    insta::assert_snapshot!(judged.to_string(), @r#"
    signal: the supervisor of the test was stopped by SIGSTOP before it could report.
    Did somebody signal it, or the system for want of memory, or the code its parent?
    "#);
}

#[test]
fn the_end_of_one_supervisor_is_not_the_end_of_another() {
    let witness = Witness::new();
    let mut command = Command::new(&*SUBMISSIONS);
    let names = [DAEMON, PATIENT];
    witness.mark(&mut command).args(names).args(["--ignored", "--exact", "--test-threads=2"]);
    let (_, judged) = thread::scope(|scope| {
        let judged = scope.spawn(|| verdicts_of(&mut command));
        witness.wait_until_told();
        until("both run", || !witness.processes_of(PATIENT).is_empty());
        kill(witness.supervisor_of(DAEMON), Signal::SIGKILL).unwrap();
        until("the strays are gone", || witness.processes_of(DAEMON).is_empty());
        witness.give_word();
        judged.join().unwrap()
    });
    let kinds: Vec<_> = judged.iter().map(|judged| (&*judged.name, &*judged.kind)).collect();
    assert_eq!(kinds, [(DAEMON, "signal"), (PATIENT, "pass")]);
    assert_eq!(witness.processes(), []);
}
