//! What the keys do, and what a save does.

use std::{fs, io};

use crate::pipe::{hangs, lend, read_one};
use crate::support::Project;
use crate::terminal::Terminal;
use crate::{KEYS, ONE, SOLVED, TWO};

#[test]
fn a_save_checks_and_a_pass_waits_to_be_read() {
    let project = Project::new();
    project.write("exercises/01_sums/hints/e1_one.md", "Think.\n\n---\n\nIt is 1.\n");
    let (mut terminal, course) = Terminal::start(project.command(&[]), 80);
    let said = terminal.until(KEYS);
    assert!(said.contains("1.1 One: Return 1.") && said.contains("FAILED  is_right"), "{said}");

    terminal.press("h");
    terminal.until("hint 1 of 2 for 1.1\n\nThink.\n");
    terminal.press("h");
    terminal.until("hint 2 of 2 for 1.1\n\nIt is 1.\n");

    project.write(ONE, SOLVED);
    let said = terminal.until(KEYS);
    assert!(said.contains("\nchecking 1.1 ...\n"), "{said}");
    assert!(said.contains("1.1 One is solved.") && said.contains("1 of 2 solved"), "{said}");

    terminal.press("s");
    let said = terminal.until("known mistakes are in");
    assert!(said.contains("pub fn it()"), "{said}");

    terminal.press("n");
    let said = terminal.until(KEYS);
    assert!(said.starts_with(" solutions/") && said.contains("1.2 Two: Return 2."), "{said}");
    terminal.press("n");
    terminal.until("1.2 Two is the only one left to solve.\n");

    terminal.press("l");
    let said = terminal.until("1 of 2 solved");
    assert!(said.contains("solved  1.1   One") && said.contains("-       1.2   Two"), "{said}");
    terminal.press("q");
    assert!(terminal.end(course).0.success());
    assert!(terminal.is_as_before());
}

#[test]
fn a_reset_is_asked_for_and_opens_the_exercise_again() {
    let project = Project::new();
    project.write(ONE, SOLVED);
    let (mut terminal, course) = Terminal::start(project.command(&[]), 80);
    terminal.until(KEYS);

    terminal.press("r");
    terminal.until("any other key does not.\n");
    terminal.press("n");
    terminal.until("Nothing is changed.\n");
    assert_eq!(fs::read_to_string(project.path(ONE)).unwrap(), SOLVED);

    terminal.press("r");
    terminal.until("any other key does not.\n");
    terminal.press("y");
    let said = terminal.until(KEYS);
    assert!(said.contains("1.1 is open again;"), "{said}");
    assert!(said.contains("FAILED  is_right"), "the restored file is checked: {said}");
    assert!(project.course(&["next"]).1.starts_with("1.1 One"));
    terminal.press("\u{4}");
    assert!(terminal.end(course).0.success());
}

#[test]
fn a_solution_is_shown_unsolved_only_after_a_yes() {
    let project = Project::new();
    let (mut terminal, course) = Terminal::start(project.command(&[]), 80);
    terminal.until(KEYS);
    terminal.press("s");
    terminal.until("1.1 is not solved yet. Show the reference all the same?");
    terminal.press("\n");
    terminal.until("Nothing is changed.\n");
    terminal.press("s");
    terminal.until("Show the reference all the same?");
    terminal.press("y");
    terminal.until("This is solutions/01_sums/e1_one.rs;");
    terminal.press("q");
    assert!(terminal.end(course).0.success());
}

#[test]
fn an_error_of_the_compiler_is_shown_once() {
    let project = Project::new();
    let (mut terminal, course) = Terminal::start(project.command(&[]), 80);
    terminal.until(KEYS);
    project.write(ONE, "pub fn it() -> u32 {\n    true\n}\n");
    let said = terminal.until(KEYS);
    assert_eq!(said.matches("mismatched types").count(), 1, "{said}");
    assert!(said.contains("1.1 does not compile yet: see the error above.\n"), "{said}");
    assert!(!said.contains("FAILED"), "no test of an older build runs: {said}");
    terminal.press("q");
    assert!(terminal.end(course).0.success());
}

#[test]
fn a_hang_ends_with_the_next_save() {
    let project = Project::new();
    let (mut here, told) = io::pipe().unwrap();
    project.write(ONE, &format!("pub fn it() -> u32 {{\n    {}\n}}\n", hangs(&told)));
    let (mut terminal, course) = Terminal::start(lend(project.command(&[]), told), 80);
    assert_eq!(read_one(&mut here).unwrap(), Some(b'x'), "the learner's code runs");
    terminal.until("  running for 2 s; a test that does not end is ended after 5 s\n");
    project.write(ONE, SOLVED);
    let said = terminal.until(KEYS);
    assert!(said.contains("\nstopped; checking 1.1 anew ...\n"), "{said}");
    assert!(said.contains("1.1 One is solved."), "{said}");
    terminal.press("q");
    assert!(terminal.end(course).0.success());
}

#[test]
fn a_window_can_be_made_small_at_any_time() {
    let project = Project::new();
    let (mut terminal, course) = Terminal::start(project.command(&[]), 80);
    terminal.until(KEYS);
    terminal.resize(40);
    terminal.press("?");
    terminal.until("  n      go to the next unsolved\n    exercise\n");
    terminal.press("l");
    terminal.until("-       1.2   Two\n  difficulty 1    1 min\n");
    terminal.press("\n");
    terminal
        .until("\nh hint  n next  p previous  l list\ns solution  b book  ? all keys  q quit\n");
    terminal.resize(1);
    terminal.press("\n");
    terminal.until("\n? all keys\nq quit\n");
    terminal.resize(0);
    terminal.press("\n");
    terminal.until("q quit\n");
    terminal.press("q");
    assert!(terminal.end(course).0.success());
}

#[test]
fn all_are_checked_and_the_previous_is_reached() {
    let project = Project::new();
    let (mut terminal, course) = Terminal::start(project.command(&[]), 80);
    terminal.until(KEYS);
    terminal.press("n");
    terminal.until(KEYS);
    project.write(TWO, "pub fn it() -> u32 {\n    2\n}\n");
    let said = terminal.until(KEYS);
    assert!(said.contains("next      1.1 One"), "{said}");

    terminal.press("p");
    terminal.until("1.1 One: Return 1.");
    terminal.until(KEYS);
    terminal.press("p");
    terminal.until("1.1 One is the first exercise.\n");
    terminal.press("a");
    terminal.until("\n1 of 2 are solved.\n");
    terminal.until(KEYS);

    project.write(ONE, SOLVED);
    let said = terminal.until(KEYS);
    assert!(said.ends_with(&format!("2 of 2 solved\nThat was the last one.\n{KEYS}")), "{said}");
    terminal.press("n");
    terminal.until("All 2 exercises are solved.\n");
    terminal.press("q");
    assert!(terminal.end(course).0.success());
}
