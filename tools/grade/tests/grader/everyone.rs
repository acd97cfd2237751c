//! All submissions at once, as libtest runs them: each user gets the same verdicts.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::LazyLock;

use nix::unistd::Uid;

use crate::support::build::SUBMISSIONS;
use crate::support::judged::verdicts_of;
use crate::support::{User, names};

/// The verdicts that the user who runs this gets, by the name of the submission.
pub static OURS: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| verdicts_by_name(&mut Command::new(&*SUBMISSIONS)));

/// The user of nobody in particular.
pub const NOBODY: u32 = 65_534;

/// Runs all submissions that the arguments leave; the command starts the binary.
pub fn verdicts_by_name(command: &mut Command) -> BTreeMap<String, String> {
    let (_, judged) = verdicts_of(command.args(["--skip", "cost::"]));
    judged.into_iter().map(|judged| (judged.name.clone(), judged.to_string())).collect()
}

#[test]
fn every_submission_has_a_verdict() {
    let mut names = names("");
    names.retain(|name| !name.starts_with("cost::"));
    names.sort();
    assert!(OURS.keys().eq(&names), "{names:?}");
}

#[test]
fn an_ordinary_user_gets_the_same_verdicts_as_root() {
    if !Uid::effective().is_root() {
        eprintln!("note: an ordinary user runs this, so nobody is here to compare with");
        return;
    }
    let theirs = verdicts_by_name(&mut User::new(NOBODY).command());
    for (name, verdict) in &*OURS {
        assert_eq!(theirs.get(name), Some(verdict), "{name}");
    }
}
