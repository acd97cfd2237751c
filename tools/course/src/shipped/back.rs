//! The way back to the files that were shipped.

use std::path::Path;
use std::process::{Command, Stdio};

use super::Altered;

/// What brings files back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Back {
    /// The last commit has them as they were shipped.
    LastCommit,
    /// Git has them, but not in the last commit.
    Objects,
    /// Nothing here has them.
    Nothing,
}

/// How `altered` can be brought back in the project at `root`.
pub fn back(root: &Path, altered: &[Altered]) -> Back {
    let in_last_commit = |altered: &Altered| {
        let object = git(root, &["rev-parse", "--verify", &format!("HEAD:./{}", altered.file)]);
        object.is_some_and(|object| altered.shipped.is_empty() || object == altered.shipped)
    };
    let is_object = |altered: &Altered| {
        !altered.shipped.is_empty() && git(root, &["cat-file", "-e", &altered.shipped]).is_some()
    };
    if altered.iter().all(in_last_commit) {
        Back::LastCommit
    } else if altered.iter().all(is_object) {
        Back::Objects
    } else {
        Back::Nothing
    }
}

/// What git answers; `None` where there is no git, no repository, or no such thing.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    git.args(arguments).current_dir(root).stdin(Stdio::null()).stderr(Stdio::null());
    let output = git.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped::altered;
    use crate::verify::fixture::project;
    use crate::verify::mirror;

    #[test]
    fn git_brings_back_what_it_has() {
        let (folder, catalog) = project();
        let exercise = &catalog.exercises[0];
        let run = |arguments: &[&str]| git(folder.path(), arguments).expect("git works here");
        let commit = || {
            run(&["add", "--all"]);
            let who = ["-c", "user.name=Learner", "-c", "user.email=learner@example.com"];
            run(&[&who[..], &["commit", "--quiet", "--no-gpg-sign", "--message=x"]].concat());
        };
        let back = || back(&catalog.root, &altered(&catalog, exercise).unwrap());

        mirror::write(&exercise.tests(), "// Weaker.\n").unwrap();
        assert_eq!(back(), Back::Nothing);
        run(&["init", "--quiet"]);
        commit();
        assert_eq!(back(), Back::Nothing);

        mirror::write(&exercise.tests(), "// The tests of one.\n").unwrap();
        commit();
        mirror::write(&exercise.tests(), "// Weaker.\n").unwrap();
        assert_eq!(back(), Back::LastCommit);
        commit();
        assert_eq!(back(), Back::Objects);
    }
}
