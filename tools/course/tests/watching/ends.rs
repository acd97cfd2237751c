//! However watch mode ends, and whatever runs then: all that it started ends, too.

use std::io;
use std::os::unix::process::ExitStatusExt;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::book::add_book;
use crate::pipe::{hangs, lend, read_one};
use crate::support::Project;
use crate::terminal::Terminal;
use crate::{KEYS, ONE};

#[derive(Debug, Clone, Copy)]
enum Way {
    Key,
    CtrlC,
    Signal(Signal),
    ClosedTerminal,
}

const WAYS: [Way; 6] = [
    Way::Key,
    Way::CtrlC,
    Way::Signal(Signal::SIGTERM),
    Way::Signal(Signal::SIGHUP),
    Way::Signal(Signal::SIGKILL),
    Way::ClosedTerminal,
];

#[test]
fn while_tests_run() {
    for way in WAYS {
        ends(way, |project, code| {
            project.write(ONE, &format!("pub fn it() -> u32 {{\n    {code}\n}}\n"));
        });
    }
}

#[test]
fn while_cargo_builds() {
    for way in WAYS {
        ends(way, |project, code| {
            let script = format!("fn main() {{\n    {code}\n}}\n");
            project.write("exercises/01_sums/build.rs", &script);
        });
    }
}

#[test]
fn while_the_book_is_served() {
    for way in WAYS {
        ends(way, |project, code| {
            add_book(project, code);
        });
    }
}

/// Prepares a project in which given code hangs, and ends the course when it does.
fn ends(way: Way, prepare: impl Fn(&Project, &str)) {
    let project = Project::new();
    let (mut alive, end) = io::pipe().unwrap();
    prepare(&project, &hangs(&end));
    let has_book = project.path("tools").exists();
    let (mut terminal, mut course) = Terminal::start(lend(project.command(&[]), end), 80);
    if has_book {
        terminal.until(KEYS);
        terminal.press("b");
    }
    assert_eq!(read_one(&mut alive).unwrap(), Some(b'x'), "the code runs");

    let pid = Pid::from_raw(course.id().cast_signed());
    let by = match way {
        Way::Key => {
            terminal.press("q");
            None
        }
        Way::CtrlC => {
            terminal.press("\u{3}");
            Some(Signal::SIGINT)
        }
        Way::Signal(signal) => {
            kill(pid, signal).unwrap();
            Some(signal)
        }
        Way::ClosedTerminal => {
            drop(terminal);
            // All that were lent an end have gone: the course, and what it started.
            assert_eq!(read_one(&mut alive).unwrap(), None, "{way:?}");
            assert_eq!(course.wait().unwrap().signal(), Some(Signal::SIGHUP as i32));
            return;
        }
    };
    let (status, said) = terminal.end(course);
    assert_eq!(status.signal(), by.map(|signal| signal as i32), "{way:?}: {said}");
    assert_eq!(read_one(&mut alive).unwrap(), None, "{way:?}");
    if by != Some(Signal::SIGKILL) {
        assert!(terminal.is_as_before(), "{way:?}");
    }
    // What was stopped is no attempt.
    assert_eq!(project.path(".course/progress.json").exists(), has_book, "{way:?}");
}
