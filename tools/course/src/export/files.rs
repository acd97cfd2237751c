//! Which files are the project's own, and not what building and learning have left.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::catalog::Catalog;
use crate::verify::mirror;

/// Folders in the root that are no part of the project where git does not say what is.
const LEFT: [&str; 3] = [".course", ".git", "target"];

/// The files of the project, named from its root: what git tracks, or all that is there.
///
/// # Errors
///
/// Fails where a folder cannot be read.
pub(super) fn files(catalog: &Catalog) -> Result<BTreeSet<PathBuf>> {
    match tracked(&catalog.root) {
        Some(files) => Ok(files),
        None => untracked(catalog),
    }
}

/// What git tracks; `None` where there is no git, or it does not know this project.
fn tracked(root: &Path) -> Option<BTreeSet<PathBuf>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "-z"]).current_dir(root);
    let output = git.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let names = output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let files: BTreeSet<PathBuf> = names.map(|name| OsStr::from_bytes(name).into()).collect();
    (output.status.success() && files.contains(Path::new("Cargo.toml"))).then_some(files)
}

fn untracked(catalog: &Catalog) -> Result<BTreeSet<PathBuf>> {
    let mut files = mirror::files(&catalog.root)?;
    files.retain(|file| {
        let first = file.components().next().map(|part| part.as_os_str());
        !LEFT.iter().any(|left| first == Some(OsStr::new(left)))
            && !catalog.root.join(file).starts_with(&catalog.target)
    });
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::project;

    fn write(catalog: &Catalog, file: &str) {
        mirror::write(&catalog.root.join(file), "left").unwrap();
    }

    #[test]
    fn what_git_tracks_is_the_project() {
        let (_folder, catalog) = project();
        let git = |arguments: &[&str]| {
            let mut git = Command::new("git");
            assert!(git.args(arguments).current_dir(&catalog.root).status().unwrap().success());
        };
        git(&["init", "--quiet"]);
        git(&["add", "--all"]);
        let before = files(&catalog).unwrap();
        assert!(before.contains(Path::new("exercises/01_sums/src/e1_one.rs")));
        write(&catalog, "notes of the teacher.txt");
        write(&catalog, "target/debug/x");
        assert_eq!(files(&catalog).unwrap(), before);
    }

    #[test]
    fn without_git_it_is_what_is_there_but_for_what_is_left_by_work() {
        let (_folder, mut catalog) = project();
        let before = files(&catalog).unwrap();
        catalog.target = catalog.root.join("built");
        for file in [".course/progress.json", "target/debug/x", ".git/broken", "built/y"] {
            write(&catalog, file);
        }
        assert_eq!(files(&catalog).unwrap(), before);
    }
}
