//! A learner's first hour, from the first start to a reset, mistakes included.

mod support;

use std::fs;
use std::io::{self, Read};
use std::os::fd::AsRawFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::Stdio;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use support::Project;

const ONE: &str = "exercises/01_sums/src/e1_one.rs";
const SOLVED: &str = "pub fn it() -> u32 {\n    1\n}\n";

#[test]
fn an_exercise_is_failed_solved_shown_and_reset() {
    let project = Project::new();

    let (status, said) = project.course(&[]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("1.1 One: Return 1.") && said.contains("FAILED  is_right"), "{said}");

    let (status, said) = project.course(&["solution", "1.1"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.starts_with("error: 1.1 is not solved yet"), "{said}");

    project.write(ONE, SOLVED);
    let (status, said) = project.course(&["check"]);
    assert_eq!(status, 0, "{said}");
    assert!(
        said.contains("1.1 One is solved.") && said.contains("1.2 Two, about 1 min: cargo"),
        "{said}"
    );

    let (status, said) = project.course(&["check", "--all"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.ends_with("\n1 of 2 are solved.\n"), "{said}");
    assert_eq!(project.course(&["solution", "1.1"]).0, 0);

    let (status, said) = project.course(&["reset", "e1_one"]);
    assert_eq!(status, 0, "{said}");
    let kept = said.split("kept as ").nth(1).unwrap().split(".\n").next().unwrap();
    assert_eq!(fs::read_to_string(project.path(kept)).unwrap(), SOLVED);

    let (status, said) = project.course(&["check", "e1_onn"]);
    assert_eq!((status, said.lines().count()), (2, 1), "{said}");
}

#[test]
fn an_error_in_a_neighbor_costs_no_verdict() {
    let project = Project::new();
    project.write(ONE, SOLVED);
    project.write("exercises/01_sums/src/e2_two.rs", "this is no Rust\n");
    let (status, said) = project.course(&["check", "1.1"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("e2_two.rs does not compile. That is exercise 1.2"), "{said}");

    fs::remove_file(project.path("exercises/01_sums/src/e2_two.rs")).unwrap();
    let (status, said) = project.course(&["check", "1.1"]);
    assert_eq!(status, 0, "{said}");

    let (status, said) = project.course(&["check", "1.2"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("`cargo course reset 1.2` puts it back"), "{said}");
}

#[test]
fn an_error_is_shown_once_and_its_own_before_others() {
    let project = Project::new();
    project.write(ONE, "pub fn it() -> u32 {\n    true\n}\n");
    let (status, said) = project.course(&["check", "1.1"]);
    assert_eq!(status, 1, "{said}");
    assert_eq!(said.matches("mismatched types").count(), 1, "{said}");
    assert!(said.ends_with("1.1 does not compile yet: see the error above.\n"), "{said}");
    // Neither asked for, nor on a terminal.
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn a_lost_record_is_kept_aside_and_rebuilt() {
    let project = Project::new();
    project.write(ONE, SOLVED);
    let (record, of_another) = (".course/progress.json", "{\"solved\": [\"e1_one\"]}");
    project.course(&["check", "1.1"]);
    let good = fs::read_to_string(project.path(record)).unwrap();
    for lost in ["", &good[..good.len() / 2], of_another, "\u{0}\u{0}\u{0}"] {
        project.write(record, lost);
        let (status, stdout, stderr) = project.run(&["next"]);
        assert_eq!((status, stdout.split(':').next()), (0, Some("1.1 One")), "{stdout}");
        let kept = stderr.split(".course/").nth(2).unwrap().split(".json").next().unwrap();
        let kept = project.path(&format!(".course/{kept}.json"));
        assert_eq!(fs::read_to_string(kept).unwrap(), lost);
        let way = "`cargo course check --all` records anew";
        assert!(stderr.contains(way), "{stderr}");

        assert_eq!(project.course(&["check", "--all"]).0, 1);
        assert!(project.course(&["next"]).1.starts_with("1.2 Two"));
    }
}

#[test]
fn copies_side_by_side_record_all_they_do() {
    let project = Project::new();
    project.write(ONE, SOLVED);
    let copies = ["1.1", "1.2", "1", "1.1"].map(|which| {
        let mut command = project.command(&["check", which]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    });
    let statuses = copies.map(|mut copy| copy.wait().unwrap().code());
    assert_eq!(statuses, [Some(0), Some(1), Some(1), Some(0)]);
    let (_, report, _) = project.run(&["report", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!((&report["attempts"], &report["solved"]), (&5.into(), &1.into()));
}

#[test]
fn a_signal_ends_the_tests_and_then_the_course() {
    for (signal, arguments) in [
        (Signal::SIGINT, &["check", "1.1"][..]),
        (Signal::SIGTERM, &["check", "1.1"]),
        (Signal::SIGHUP, &["check", "1.1"]),
        (Signal::SIGINT, &["check", "--all"]),
    ] {
        let project = Project::new();
        let (mut alive, held) = io::pipe().unwrap();
        let descriptor = held.as_raw_fd();
        let hangs = format!(
            "#[test]\nfn is_right() {{\n    std::fs::write(\"/dev/fd/{descriptor}\", \"x\").unwrap();\n    \
             loop {{\n        std::thread::park();\n    }}\n}}\n"
        );
        project.write("exercises/01_sums/tests/e1_one.rs", &hangs);
        let mut command = project.command(arguments);
        // SAFETY: fcntl is allowed between fork and exec.
        unsafe {
            command.pre_exec(move || {
                // The course and all that it starts hold the pipe open.
                fcntl(&held, FcntlArg::F_SETFD(FdFlag::empty()))?;
                Ok(())
            });
        }
        let mut course = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        drop(command);

        alive.read_exact(&mut [0]).unwrap();
        kill(Pid::from_raw(course.id().cast_signed()), signal).unwrap();

        assert_eq!(course.wait().unwrap().signal(), Some(signal as i32));
        // The tests have ended, too.
        assert_eq!(alive.read(&mut [0]).unwrap(), 0);
        // It counts for nothing.
        assert!(!project.path(".course/progress.json").exists());
    }
}
