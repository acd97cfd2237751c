//! The repository that the rules are applied to.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::{env, io};

use anyhow::{Context, Result};
use course::catalog::Catalog;
use course::verify::mirror;

/// Folders in the root that hold nothing of ours.
const FOREIGN: [&str; 3] = [".git", ".course", "target"];

/// The repository.
#[derive(Debug)]
pub struct Project {
    pub catalog: Catalog,
    /// Every file of ours, named from the root, sorted.
    pub files: Vec<String>,
}

/// The repository that holds this crate; read once.
///
/// # Panics
///
/// Panics where it cannot be read; the message says why.
pub fn project() -> &'static Project {
    static PROJECT: LazyLock<Project> = LazyLock::new(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        Project::of(here).unwrap_or_else(|error| panic!("cannot read the project: {error:#}"))
    });
    &PROJECT
}

impl Project {
    /// Reads the project that `folder` belongs to.
    ///
    /// # Errors
    ///
    /// Fails where a folder cannot be read, or where Cargo does not understand the workspace.
    pub fn of(folder: &Path) -> Result<Project> {
        let catalog = Catalog::of(folder)?;
        let files = files(&catalog)?;
        Ok(Project { catalog, files })
    }

    /// The files of ours that nobody edits while learning: where the rules are not strict, neither
    /// the exercises nor what git does not know. The stubs as shipped are among them.
    pub fn shared_texts(&self, suffixes: &[&str]) -> Vec<(&str, String)> {
        let tracked = if strict() { None } else { tracked(&self.catalog.root) };
        let edited: Vec<String> =
            self.catalog.exercises.iter().map(|e| self.relative(&e.file())).collect();
        self.texts(|file| {
            let ours = strict() || !edited.iter().any(|edited| edited == file);
            let known = tracked.as_ref().is_none_or(|tracked| tracked.contains(file));
            ours && known && suffixes.iter().any(|suffix| file.ends_with(suffix))
        })
    }

    /// The text of a file, named from the root.
    ///
    /// # Panics
    ///
    /// Panics where the file cannot be read: whoever asks has seen it.
    pub fn read(&self, file: &str) -> String {
        let path = self.catalog.root.join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {file}: {error}"))
    }

    /// The texts of the files that `wanted` picks, with their names; files that are no text are
    /// left out.
    pub fn texts(&self, wanted: impl Fn(&str) -> bool) -> Vec<(&str, String)> {
        let files = self.files.iter().filter(|file| wanted(file));
        let text = |file: &'_ String| fs::read_to_string(self.catalog.root.join(file)).ok();
        files.filter_map(|file| Some((file.as_str(), text(file)?))).collect()
    }

    /// The pages of the book, with their names; not the table of contents.
    pub fn pages(&self) -> Vec<(&str, String)> {
        self.texts(|file| file != "book/SUMMARY.md" && is_in(file, "book", ".md"))
    }

    /// The name of `file` from the root.
    pub fn relative(&self, file: &Path) -> String {
        file.strip_prefix(&self.catalog.root).unwrap_or(file).display().to_string()
    }
}

/// Whether `file` lies in `folder` itself and ends in `suffix`.
pub fn is_in(file: &str, folder: &str, suffix: &str) -> bool {
    let name = file.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
    name.is_some_and(|name| name.ends_with(suffix) && !name.contains('/'))
}

/// Whether the rules are strict; see the documentation of the crate.
pub fn strict() -> bool {
    env::var_os("CI").is_some()
}

/// Tells the user something although the test passes: libtest shows what a passing test prints
/// with macros only on demand.
pub fn note(text: &str) {
    // A note that nobody can read is no reason to fail.
    let _ = io::Write::write_all(&mut io::stderr(), format!("note: {text}\n").as_bytes());
}

/// The files that git knows; `None` where there is no git, as in an unpacked archive.
fn tracked(root: &Path) -> Option<BTreeSet<String>> {
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output().ok()?;
    let names = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(names.split_terminator('\0').map(str::to_owned).collect())
}

fn files(catalog: &Catalog) -> Result<Vec<String>> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(&catalog.root).context("cannot read the root")? {
        let entry = entry.context("cannot read the root")?;
        let name = PathBuf::from(entry.file_name());
        if FOREIGN.iter().any(|foreign| name == Path::new(foreign))
            || entry.path() == catalog.target
        {
            continue;
        }
        if entry.file_type().context("cannot read the root")?.is_dir() {
            found.extend(mirror::files(&entry.path())?.into_iter().map(|file| name.join(file)));
        } else {
            found.insert(name);
        }
    }
    // What npm has installed is nobody's here.
    found.retain(|file| !file.iter().any(|part| part == "node_modules"));
    let text = |file: PathBuf| {
        file.into_os_string().into_string().ok().context("the name of a file is not UTF-8")
    };
    found.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_the_project_are_found_and_no_others() {
        let files = &project().files;
        assert!(files.contains(&"tools/rules/src/project.rs".to_owned()));
        assert!(!files.iter().any(|file| file.starts_with("target/")));
    }

    #[test]
    fn what_a_learner_edits_is_not_shared() {
        let texts = project().shared_texts(&["e0_exit_status.rs"]);
        let files: Vec<&str> = texts.iter().map(|(file, _)| *file).collect();
        assert!(files.contains(&"solutions/02_lifecycle/stubs/e0_exit_status.rs"));
        assert_eq!(files.contains(&"exercises/02_lifecycle/src/e0_exit_status.rs"), strict());
    }

    #[test]
    fn a_file_in_a_folder_below_is_not_in_the_folder() {
        assert!(is_in("book/a.md", "book", ".md"));
        assert!(!is_in("book/results/a.md", "book", ".md"));
    }
}
