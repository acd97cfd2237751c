//! Ctrl-Z gives the terminal back to the shell, and `fg` goes on.

use std::process::Command;

use crate::KEYS;
use crate::support::Project;
use crate::terminal::Terminal;

#[test]
fn a_suspended_course_goes_on_in_the_foreground() {
    let project = Project::new();
    // A shell with job control, and the course is its job.
    let script = "set -m; \"$0\"; stty -a; echo modes end; fg";
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script, env!("CARGO_BIN_EXE_course")])
        .current_dir(project.root())
        .env("CARGO_TARGET_DIR", project.path("target"))
        .env("CARGO_NET_OFFLINE", "true");
    let (mut terminal, shell) = Terminal::start(shell, 80);
    terminal.until(KEYS);
    terminal.press("\u{1a}");
    let modes = terminal.until("modes end\n");
    assert!(modes.contains(" icanon") && modes.contains(" echo "), "{modes}");

    terminal.press("?");
    let said = terminal.until("quit\n");
    assert!(said.contains("Save the file to check it again."), "{said}");
    terminal.press("q");
    let (status, said) = terminal.end(shell);
    assert!(status.success(), "{said}");
    assert!(terminal.is_as_before());
}
