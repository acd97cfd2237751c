//! The book is built on its first use, and its server ends with the course.

use std::io;
use std::os::unix::process::ExitStatusExt;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::pipe::{hangs, lend, read_one};
use crate::support::Project;
use crate::terminal::Terminal;

const IS_BUILT: &str = "The program that renders the book is built first";

/// Adds a program `book` with this code.
pub fn add_book(project: &Project, code: &str) {
    let manifest = std::fs::read_to_string(project.path("Cargo.toml")).unwrap();
    let members = "members = [\"exercises/*\"";
    let manifest = manifest.replace(members, &format!("{members}, \"tools/*\""));
    project.write("Cargo.toml", &manifest);
    let package = "[package]\nname = \"book\"\nversion.workspace = true\n";
    project.write("tools/book/Cargo.toml", package);
    project.write("tools/book/src/main.rs", &format!("fn main() {{\n    {code}\n}}\n"));
}

#[test]
fn it_is_built_once_and_asked_for_what_is_wanted() {
    let project = Project::new();
    add_book(&project, "println!(\"{:?}\", std::env::args().skip(1).collect::<Vec<_>>());");
    for (action, passed_on, is_built) in [
        (&["book", "build"][..], "[\"build\"]\n", true),
        (&["book", "serve"], "[\"serve\"]\n", false),
        (&["book", "open"], "[\"serve\", \"--open\"]\n", false),
        (&["book"], "[\"serve\", \"--open\"]\n", false),
    ] {
        let (status, stdout, stderr) = project.run(action);
        assert_eq!(status, 0, "{stderr}");
        assert!(stdout.ends_with(passed_on), "{stdout}");
        assert_eq!(stdout.contains(IS_BUILT), is_built, "{stdout}");
        assert_eq!(stderr.contains("Compiling book"), is_built, "{stderr}");
    }

    add_book(&project, "std::process::exit(3);");
    let (status, _, stderr) = project.run(&["book", "build"]);
    assert_eq!(status, 2);
    assert!(stderr.ends_with("error: the book could not be shown; the reason stands above\n"));
}

#[test]
fn a_signal_ends_the_server_and_then_the_course() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGKILL] {
        let project = Project::new();
        let (mut alive, end) = io::pipe().unwrap();
        add_book(&project, &hangs(&end));
        let command = lend(project.command(&["book", "serve"]), end);
        let (mut terminal, course) = Terminal::start(command, 80);
        assert_eq!(read_one(&mut alive).unwrap(), Some(b'x'), "the server runs");
        match signal {
            Signal::SIGINT => terminal.press("\u{3}"),
            signal => kill(Pid::from_raw(course.id().cast_signed()), signal).unwrap(),
        }
        let (status, said) = terminal.end(course);
        assert_eq!(status.signal(), Some(signal as i32), "{said}");
        assert_eq!(read_one(&mut alive).unwrap(), None, "{signal}: the server has ended");
    }
}
