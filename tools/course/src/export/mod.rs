//! `cargo course export`: a clean copy of the project for a class.

mod copy;
mod files;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

pub use copy::{Kind, write, write_those};

use crate::catalog::Catalog;
use crate::shipped::{Altered, altered, grader};
use crate::words;

/// Writes a copy of the project to `folder`, which must not exist or be empty: by default, beside
/// the project. Returns where it is. All of it is there at once, or nothing.
///
/// # Errors
///
/// Fails where the folder is not free, the tests of the project are not as shipped, a file cannot
/// be read or written, or Cargo cannot read the copy.
pub fn export(catalog: &Catalog, folder: Option<&Path>, kind: Kind) -> Result<PathBuf> {
    let folder = folder.map_or_else(|| beside(&catalog.root), |folder| Ok(folder.to_owned()))?;
    let name = folder.file_name().with_context(|| {
        format!("{} has no name; name a folder that is not there yet", folder.display())
    })?;
    ensure_free(&folder)?;
    let parent = parent(&folder)?;
    ensure!(
        !parent.starts_with(&catalog.root),
        "{} lies in the project itself; choose a folder outside of it",
        folder.display()
    );
    ensure_as_shipped(catalog)?;

    // On the same file system, so that it gets its name when it is whole.
    let cannot = || format!("cannot write to {}", parent.display());
    let room = tempfile::Builder::new().prefix(".course-export-").tempdir_in(&parent);
    let room = room.with_context(cannot)?;
    let whole = room.path().join("copy");
    write(catalog, kind, &whole)?;
    if kind == Kind::WithoutSolutions {
        forget_packages(&whole)?;
    }
    let folder = parent.join(name);
    fs::rename(&whole, &folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// `course-class` for the project in `course`.
fn beside(root: &Path) -> Result<PathBuf> {
    let name = root.file_name().context("the project has no name; name a folder for the copy")?;
    let mut name = name.to_owned();
    name.push("-class");
    Ok(root.with_file_name(name))
}

/// The folder that is to hold the copy, by its real name.
fn parent(folder: &Path) -> Result<PathBuf> {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    fs::canonicalize(parent)
        .with_context(|| format!("cannot use {}; make this folder first", parent.display()))
}

fn ensure_free(folder: &Path) -> Result<()> {
    if folder.symlink_metadata().is_err() {
        return Ok(());
    }
    let name = folder.display();
    let is_folder = folder.symlink_metadata().is_ok_and(|data| data.is_dir());
    ensure!(is_folder, "{name} is there and is no folder; choose another name");
    let mut entries = fs::read_dir(folder).with_context(|| format!("cannot read {name}"))?;
    ensure!(
        entries.next().is_none(),
        "{name} is not empty, and nothing in it is overwritten; choose a folder that is not there \
         yet"
    );
    Ok(())
}

/// A class must not get tests that the course would not count.
///
/// # Errors
///
/// Fails where it would, and names the files.
pub(crate) fn ensure_as_shipped(catalog: &Catalog) -> Result<()> {
    let mut all: Vec<Altered> = grader::altered(&catalog.root)?;
    for exercise in &catalog.exercises {
        all.extend(altered(catalog, exercise)?);
    }
    all.sort_by(|a, b| a.file.cmp(&b.file));
    all.dedup();
    if all.is_empty() { Ok(()) } else { bail!(words::not_exported(&all)) }
}

/// Takes the packages that are not in the copy out of its lock file.
///
/// # Errors
///
/// Fails where Cargo cannot read the copy.
pub(crate) fn forget_packages(folder: &Path) -> Result<()> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["update", "--workspace", "--offline", "--quiet"]).current_dir(folder);
    let output = cargo.stdin(Stdio::null()).output().context("cannot start cargo")?;
    ensure!(
        output.status.success(),
        "cargo cannot read the copy: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::{project, text};
    use crate::verify::mirror;

    fn error(catalog: &Catalog, folder: &Path) -> String {
        let error = export(catalog, Some(folder), Kind::Whole).unwrap_err();
        let here = folder.parent().unwrap().display().to_string();
        format!("{error:#}").replace(&here, "HERE")
    }

    #[test]
    fn a_folder_that_is_not_free_is_left_alone() {
        let (_folder, catalog) = project();
        let room = tempfile::tempdir().unwrap();
        let place = room.path().join("class");
        mirror::write(&place.join("mine.txt"), "mine").unwrap();
        insta::assert_snapshot!(error(&catalog, &place), @"HERE/class is not empty, and nothing in it is overwritten; choose a folder that is not there yet");
        assert_eq!(text(&place.join("mine.txt")), "mine");
        insta::assert_snapshot!(error(&catalog, &place.join("mine.txt")), @"HERE/mine.txt is there and is no folder; choose another name");
        insta::assert_snapshot!(error(&catalog, &place.join("no/class")), @"cannot use HERE; make this folder first: No such file or directory (os error 2)");
        insta::assert_snapshot!(error(&catalog, &catalog.root.join("class")), @"HERE/class lies in the project itself; choose a folder outside of it");
        let root = export(&catalog, Some(Path::new("/")), Kind::Whole).unwrap_err();
        insta::assert_snapshot!(root, @"/ has no name; name a folder that is not there yet");
    }

    #[test]
    fn a_copy_is_whole_or_not_there() {
        let (_folder, catalog) = project();
        let room = tempfile::tempdir().unwrap();
        let place = room.path().join("class");
        fs::create_dir(&place).unwrap();
        let stub = catalog.exercises[0].stub();
        let kept = text(&stub);
        fs::remove_file(&stub).unwrap();
        export(&catalog, Some(&place), Kind::Whole).unwrap_err();
        assert_eq!(fs::read_dir(room.path()).unwrap().count(), 1);
        assert_eq!(fs::read_dir(&place).unwrap().count(), 0);

        mirror::write(&stub, kept).unwrap();
        assert_eq!(export(&catalog, Some(&place), Kind::Whole).unwrap(), place);
        assert_eq!(fs::read_dir(room.path()).unwrap().count(), 1);
        assert!(place.join("Cargo.toml").is_file());
    }

    #[test]
    fn tests_that_are_not_as_shipped_are_not_handed_on() {
        let (_folder, catalog) = project();
        let room = tempfile::tempdir().unwrap();
        mirror::write(&catalog.exercises[0].tests(), "// Weaker.\n").unwrap();
        insta::assert_snapshot!(error(&catalog, &room.path().join("class")), @"
        these files are not as the course ships them, so a class could solve nothing with them:
          changed  exercises/01_sums/tests/e1_one.rs
        bring them back with `git restore`, and remove what was added; or, if you mean what they are now, record it: SNAPSHOTS=overwrite cargo test -p rules
        ");
    }
}
