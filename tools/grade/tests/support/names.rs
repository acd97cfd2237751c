//! Which submissions there are: the binary knows.

use std::collections::BTreeSet;
use std::process::Command;

use super::SUBMISSIONS;

/// The submissions whose names hold a `part`, those left out that run only where asked for.
pub fn names(part: &str) -> Vec<String> {
    let ignored: BTreeSet<String> = listed(&[part, "--ignored"]).into_iter().collect();
    let mut names = listed(&[part]);
    names.retain(|name| !ignored.contains(name));
    names
}

fn listed(arguments: &[&str]) -> Vec<String> {
    let mut command = Command::new(&*SUBMISSIONS);
    let output = command.args(arguments).args(["--list", "--format=terse"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}
