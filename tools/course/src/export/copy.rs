//! Writes the files of the project into another folder.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::files::files;
use crate::catalog::{Catalog, Exercise};
use crate::verify::mirror;

/// What a copy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// All of the project.
    Whole,
    /// Neither the references, nor the known mistakes, which are nearly as good, nor the last hint
    /// of each exercise, nor what only authors run and needs these.
    WithoutSolutions,
}

/// What authors run; it checks references and mistakes, and cannot work without them.
const FOR_AUTHORS: [&str; 5] =
    ["tools/rules", "tools/gauntlet", "check", ".ci", ".github/workflows/ci.yml"];

/// Writes a copy to `to` and returns the names of its files. What learners edit is as it was shipped, whatever was done to it here.
///
/// # Errors
///
/// Fails where a file cannot be read or written.
pub fn write(catalog: &Catalog, kind: Kind, to: &Path) -> Result<BTreeSet<PathBuf>> {
    write_those(catalog, kind, to, |_| true)
}

/// As [`write()`], but of the files of the project only those that are `wanted`.
///
/// # Errors
///
/// As [`write()`].
pub fn write_those(
    catalog: &Catalog,
    kind: Kind,
    to: &Path,
    wanted: impl Fn(&Path) -> bool,
) -> Result<BTreeSet<PathBuf>> {
    let mut names = files(catalog)?;
    names.retain(|name| wanted(name) && (kind == Kind::Whole || is_for_learners(name)));
    for name in &names {
        one(catalog, kind, name, &to.join(name))?;
    }
    // Somebody may have deleted some.
    for exercise in &catalog.exercises {
        let name = PathBuf::from(catalog.short(&exercise.file()));
        mirror::write(&to.join(&name), mirror::read(&exercise.stub())?)?;
        names.insert(name);
    }
    Ok(names)
}

fn is_for_learners(name: &Path) -> bool {
    if FOR_AUTHORS.iter().any(|authors| name.starts_with(authors)) {
        return false;
    }
    let parts: Vec<_> = name.iter().collect();
    // Stubs and the record of the tests lie beside the references.
    match parts[..] {
        [first, _, file] if first == "solutions" => file == "shipped.txt",
        [first, _, folder, ..] if first == "solutions" => folder == "stubs",
        _ => true,
    }
}

fn one(catalog: &Catalog, kind: Kind, name: &Path, to: &Path) -> Result<()> {
    let from = catalog.root.join(name);
    let is = |place: fn(&Exercise) -> PathBuf| {
        catalog.exercises.iter().find(|exercise| place(exercise) == from)
    };
    if is(Exercise::file).is_some() {
        return Ok(());
    }
    let data = from.symlink_metadata().with_context(|| {
        let name = name.display();
        format!("cannot read {name}; `git restore {name}` brings back what git tracks")
    })?;
    if data.is_symlink() {
        let target = fs::read_link(&from).with_context(|| format!("cannot read {from:?}"))?;
        mirror::make_room(to)?;
        symlink(target, to).with_context(|| format!("cannot write {}", to.display()))
    } else if data.is_dir() {
        // A repository inside of this one, which git lists by its folder.
        Ok(())
    } else {
        let mut content = mirror::read(&from)?;
        if kind == Kind::WithoutSolutions {
            if is(Exercise::hints_file).is_some() {
                content = without_last_hint(content);
            } else if name == Path::new("book.toml") {
                content = without_references(content);
            }
        }
        mirror::write(to, content)?;
        fs::set_permissions(to, data.permissions())
            .with_context(|| format!("cannot write {}", to.display()))
    }
}

/// The last hint is nearly the code.
fn without_last_hint(hints: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&hints);
    match text.rsplit_once("\n---\n") {
        Some((others, _)) => format!("{others}\n").into_bytes(),
        None => hints,
    }
}

/// mdBook refuses to keep pages out of its search that are not there.
fn without_references(book: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&book);
    let lines = text.split_inclusive('\n').filter(|line| !line.starts_with("references = "));
    lines.collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::verify::fixture::{project, text};

    /// The names in a copy of the project, after `change`.
    fn names(kind: Kind, change: impl FnOnce(&Catalog)) -> (tempfile::TempDir, Vec<String>) {
        let (_folder, catalog) = project();
        let hints = catalog.exercises[0].hints_file();
        mirror::write(&hints, "A nudge.\n---\nMore.\n---\nIt is 1.\n").unwrap();
        let mistake = catalog.exercises[0].mistakes().join("zero.patch");
        mirror::write(&mistake, "1 becomes 0").unwrap();
        for name in ["tools/rules/Cargo.toml", "check", "tools/course/Cargo.toml"] {
            mirror::write(&catalog.root.join(name), "").unwrap();
        }
        let book = "[output.html.search.chapter]\nreferences = { enable = false }\n";
        mirror::write(&catalog.root.join("book.toml"), book).unwrap();
        change(&catalog);
        let to = tempfile::tempdir().unwrap();
        write(&catalog, kind, to.path()).unwrap();
        let names = mirror::files(to.path()).unwrap();
        (to, names.into_iter().map(|name| name.display().to_string()).collect())
    }

    #[test]
    fn a_whole_copy_has_all_and_stubs_as_shipped() {
        let (to, all) = names(Kind::Whole, |catalog| {
            fs::remove_file(catalog.exercises[1].file()).unwrap();
            let script = catalog.root.join("check");
            fs::set_permissions(script, fs::Permissions::from_mode(0o755)).unwrap();
            symlink("check", catalog.root.join("link")).unwrap();
        });
        assert!(all.contains(&"solutions/01_sums/e1_one.rs".to_owned()), "{all:?}");
        assert!(all.contains(&"tools/rules/Cargo.toml".to_owned()), "{all:?}");
        for name in ["e1_one", "e2_two"] {
            let stub = text(&to.path().join(format!("solutions/01_sums/stubs/{name}.rs")));
            assert_eq!(text(&to.path().join(format!("exercises/01_sums/src/{name}.rs"))), stub);
        }
        let mode = fs::metadata(to.path().join("check")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755);
        assert_eq!(fs::read_link(to.path().join("link")).unwrap(), Path::new("check"));
    }

    #[test]
    fn a_copy_without_solutions_gives_none_away() {
        let (to, all) = names(Kind::WithoutSolutions, |_| {});
        insta::assert_snapshot!(all.join("\n"), @"
        Cargo.lock
        Cargo.toml
        book.toml
        exercises/01_sums/Cargo.toml
        exercises/01_sums/hints/e1_one.md
        exercises/01_sums/src/e1_one.rs
        exercises/01_sums/src/e2_two.rs
        exercises/01_sums/src/lib.rs
        exercises/01_sums/tests/e1_one.rs
        exercises/01_sums/tests/e2_two.rs
        solutions/01_sums/shipped.txt
        solutions/01_sums/stubs/e1_one.rs
        solutions/01_sums/stubs/e2_two.rs
        tools/course/Cargo.toml
        ");
        let hints = text(&to.path().join("exercises/01_sums/hints/e1_one.md"));
        assert_eq!(hints, "A nudge.\n---\nMore.\n");
        assert_eq!(text(&to.path().join("book.toml")), "[output.html.search.chapter]\n");
    }
}
