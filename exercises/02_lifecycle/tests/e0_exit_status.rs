//! Exercise 2.0: `lifecycle::e0_exit_status`.

#[path = "support/core_dumps.rs"]
mod core_dumps;

use std::io::{self, ErrorKind, Read};
use std::process::Command;

use lifecycle::e0_exit_status;

/// What `run` returns, in a type of our own: its `==` is not the learner's to change.
#[derive(Debug, PartialEq)]
enum Ended {
    Exited(u8),
    Signaled(i32),
}

fn run(command: &mut Command) -> io::Result<Ended> {
    e0_exit_status::run(command).map(|ended| match ended {
        e0_exit_status::Ended::Exited(code) => Ended::Exited(code),
        e0_exit_status::Ended::Signaled(number) => Ended::Signaled(number),
    })
}

/// A program that does what the line says.
fn sh(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]);
    command
}

#[grade::test(hint = "every number from 0 to 255 is an exit code, 137 too: it needs no decoding")]
fn an_exit_code_is_reported_as_it_is() {
    // 127, 137 and 143 are the codes by which a shell tells of a failed start or of a signal. Here
    // they are codes like all others: the program has exited.
    for code in [0, 1, 7, 127, 137, 143, 255] {
        let ended = run(&mut sh(&format!("exit {code}"))).unwrap();
        assert_eq!(ended, Ended::Exited(code), "the program was `exit {code}`");
    }
}

#[grade::test(hint = "a process that a signal terminated has no exit code, not even 0 or 137")]
fn a_death_by_signal_is_not_an_exit() {
    for (name, number) in [("KILL", 9), ("TERM", 15), ("ABRT", 6)] {
        // `$$` is the process ID of the shell itself.
        let ended = run(&mut sh(&format!("kill -s {name} $$"))).unwrap();
        assert_eq!(ended, Ended::Signaled(number), "the program sent itself SIG{name}");
    }
}

#[grade::test(hint = "a status is more than one number: which method has only the signal?")]
fn a_core_dump_does_not_change_the_signal() {
    core_dumps::begin();
    let ended = run(&mut sh("kill -s ABRT $$")).unwrap();
    let added = core_dumps::seen();
    assert_eq!(ended, Ended::Signaled(6), "it sent itself SIGABRT; core dumps added here: {added}");
}

#[grade::test(hint = "an `Err` of the start is the caller's to handle: hand it on")]
fn a_program_that_cannot_be_started_is_an_error() {
    let result = run(&mut Command::new("/no/such/program"));
    assert!(
        matches!(&result, Err(error) if error.kind() == ErrorKind::NotFound),
        "no program ran, so none has ended: wanted the error of the start, got {result:?}"
    );
    // A folder is there, and is no program.
    let result = run(&mut Command::new("/"));
    assert!(
        matches!(&result, Err(error) if error.kind() == ErrorKind::PermissionDenied),
        "a folder cannot be run: wanted the error of the start, got {result:?}"
    );
}

#[grade::test(hint = "each of spawn, output and status starts the program once more")]
fn the_program_runs_once() {
    for (line, wanted) in [
        ("echo ran", Ended::Exited(0)),
        ("echo ran; exit 7", Ended::Exited(7)),
        ("echo ran; kill -s KILL $$", Ended::Signaled(9)),
    ] {
        let (mut printed, writer) = io::pipe().unwrap();
        let mut command = sh(line);
        command.stdout(writer);
        let ended = run(&mut command).unwrap();
        // The command holds a writing end of the pipe.
        drop(command);
        let mut text = String::new();
        printed.read_to_string(&mut text).unwrap();
        assert_eq!(text, "ran\n", "the program was `{line}`, and this is all it printed");
        assert_eq!(ended, wanted, "the program was `{line}`");
    }
}

#[grade::test(hint = "which methods of `Command` redirect the output of the program?")]
fn the_program_writes_where_the_caller_writes() {
    // `-ef` asks whether two paths lead to the same file.
    let both = "[ /proc/$$/fd/1 -ef /proc/$PPID/fd/1 ] && [ /proc/$$/fd/2 -ef /proc/$PPID/fd/2 ]";
    let ended = run(&mut sh(both)).unwrap();
    // `[` exits with 1 where they do not.
    assert!(
        ended == Ended::Exited(0),
        "the standard output or error of the program is not that of its caller: its user would \
         see nothing"
    );
}

#[grade::test(hint = "a new `Command` knows nothing of what the caller has set on the old one")]
fn the_command_is_run_as_it_was_set_up() {
    let mut command = sh("[ \"$GREETING\" = hello ] && [ \"$PWD\" = / ]");
    command.env("GREETING", "hello").current_dir("/");
    let ended = run(&mut command).unwrap();
    assert_eq!(ended, Ended::Exited(0), "the program has another environment or folder");
}
