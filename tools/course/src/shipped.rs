//! Are the tests as the project ships them? Only then does a pass count.
//!
//! `solutions/<chapter>/shipped.txt` records each file that decides on the exercises of a chapter: the
//! tests and what they use, `lib.rs` and the manifest. A rule in `tools/rules` makes and compares it. A
//! line holds the number that git gives to the content of a file, and its name from the folder of
//! the chapter, so that git can bring the file back. [`grader`] does the same for what decides on
//! all exercises.

mod back;
pub mod grader;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;
use sha1_smol::Sha1;

pub use back::{Back, back};

use crate::catalog::{Catalog, Exercise};
use crate::verify::mirror;

/// A file that is not as it was shipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Altered {
    /// Its name from the folder of the project.
    pub file: String,
    pub how: How,
    /// The number that git gives to what was shipped; empty where that is not known, or nothing was.
    #[serde(skip)]
    pub shipped: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    Changed,
    Missing,
    Added,
}

impl How {
    /// What a reader is told.
    pub fn word(self) -> &'static str {
        match self {
            How::Changed => "changed",
            How::Missing => "missing",
            How::Added => "added",
        }
    }
}

/// The place of the record of a chapter, from the folder of the project.
pub fn record_file(chapter: &str) -> PathBuf {
    Path::new("solutions").join(chapter).join("shipped.txt")
}

/// The record of the chapter in `folder` as its files are now.
///
/// # Errors
///
/// Fails where a file cannot be read or has a name that is not UTF-8.
pub fn record(folder: &Path) -> Result<String> {
    let mut lines = String::new();
    for file in mirror::files(folder)? {
        let name = file.to_str().context("the name of a file is not UTF-8")?;
        if decides(folder, name) {
            lines += &line(folder, name)?;
        }
    }
    Ok(lines)
}

fn line(folder: &Path, name: &str) -> Result<String> {
    Ok(format!("{}  {name}\n", number(&mirror::read(&folder.join(name))?)))
}

/// The files that decide on `exercise` and are not as they were shipped.
///
/// # Errors
///
/// Fails where a file is there and cannot be read.
pub fn altered(catalog: &Catalog, exercise: &Exercise) -> Result<Vec<Altered>> {
    let record = record_file(&exercise.chapter);
    let text = match read_record(&catalog.root, &record)? {
        Ok(text) => text,
        Err(missing) => return Ok(vec![missing]),
    };
    let tests = format!("tests/{}.rs", exercise.target);
    let lines = lines(&text).filter(|lines| lines.iter().any(|(_, name)| *name == tests));
    let Some(mut lines) = lines else { return Ok(vec![whole(&record, How::Changed)]) };
    let folder = Path::new("exercises").join(&exercise.chapter);
    let added = build_script(&catalog.root, &folder, &lines);
    let all = lines.clone();
    lines.retain(|(_, name)| concerns(exercise, name, &all));
    let mut altered = differing(&catalog.root, &folder, &lines)?;
    altered.extend(added);
    Ok(altered)
}

/// The text of a record, or what is wrong with it.
fn read_record(root: &Path, record: &Path) -> Result<Result<String, Altered>> {
    let place = root.join(record);
    if !place.exists() {
        return Ok(Err(whole(record, How::Missing)));
    }
    Ok(Ok(String::from_utf8_lossy(&mirror::read(&place)?).into_owned()))
}

/// A record that is itself not as it was shipped.
fn whole(record: &Path, how: How) -> Altered {
    Altered { file: record.display().to_string(), how, shipped: String::new() }
}

/// The numbers and names in a record, or `None` if it is none.
fn lines(record: &str) -> Option<Vec<(&str, &str)>> {
    record.lines().map(|line| line.split_once("  ")).collect()
}

/// The files of a record that are not as it says; it names them from `folder`, which is in `root`.
fn differing(root: &Path, folder: &Path, lines: &[(&str, &str)]) -> Result<Vec<Altered>> {
    let mut altered = Vec::new();
    for (shipped, name) in lines {
        let file = folder.join(name);
        let place = root.join(&file);
        let how = if !place.exists() {
            How::Missing
        } else if number(&mirror::read(&place)?) != *shipped {
            How::Changed
        } else {
            continue;
        };
        let (file, shipped) = (file.display().to_string(), (*shipped).to_owned());
        altered.push(Altered { file, how, shipped });
    }
    Ok(altered)
}

/// The build script of a package, if it has one that nobody shipped: Cargo runs it unasked.
fn build_script(root: &Path, package: &Path, lines: &[(&str, &str)]) -> Option<Altered> {
    let file = package.join("build.rs");
    let shipped = lines.iter().any(|(_, name)| file.ends_with(name));
    (!shipped && root.join(&file).exists()).then(|| whole(&file, How::Added))
}

/// Whether a file of a chapter decides on its exercises: not what learners edit, nor the hints, nor
/// what editors leave behind.
fn decides(folder: &Path, name: &str) -> bool {
    let learners = name
        .strip_prefix("src/")
        .is_some_and(|name| !name.contains('/') && folder.join("tests").join(name).exists());
    let left = name.split('/').any(|part| part.starts_with('.')) || name.ends_with('~');
    !learners && !left && !name.starts_with("hints/")
}

/// Whether a file in the record decides on this exercise: the tests of the others do not.
fn concerns(exercise: &Exercise, name: &str, lines: &[(&str, &str)]) -> bool {
    let Some(inner) = name.strip_prefix("tests/") else { return true };
    let owner = inner.split('/').next().unwrap_or_default();
    let owner = owner.strip_suffix(".rs").unwrap_or(owner);
    let main = format!("tests/{owner}.rs");
    owner == exercise.target || !lines.iter().any(|(_, name)| *name == main)
}

/// The number that git gives to a file with this content. Line ends that git, or an editor, has
/// changed to those of Windows make no difference.
fn number(content: &[u8]) -> String {
    let mut bytes = content.to_vec();
    if content.contains(&b'\r') {
        let mut next = content.iter().skip(1);
        bytes.retain(|byte| {
            let next = next.next();
            *byte != b'\r' || next != Some(&b'\n')
        });
    }
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", bytes.len()).as_bytes());
    hash.update(&bytes);
    hash.digest().to_string()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::verify::fixture::project;

    const TESTS: &str = "exercises/01_sums/tests/e1_one.rs";

    fn altered_one(catalog: &Catalog) -> Vec<(String, How)> {
        let altered = altered(catalog, &catalog.exercises[0]).unwrap();
        altered.into_iter().map(|altered| (altered.file, altered.how)).collect()
    }

    #[test]
    fn the_number_is_the_one_of_git() {
        assert_eq!(number(b"what\n"), "f510eb21780143dc3ad1f6c0d033f05e623885b4");
        assert_eq!(number(b"a\r\nb\r\n"), number(b"a\nb\n"));
        assert_ne!(number(b"a\rb"), number(b"ab"));
    }

    #[test]
    fn the_record_has_what_decides_and_nothing_of_the_learner() {
        let (_folder, catalog) = project();
        let home = catalog.root.join("exercises/01_sums");
        mirror::write(&home.join("hints/e1_one.md"), "Think.").unwrap();
        mirror::write(&home.join("tests/support/mod.rs"), "").unwrap();
        mirror::write(&home.join("tests/.e1_one.rs.swp"), "").unwrap();
        mirror::write(&home.join("src/given.rs"), "").unwrap();
        let record = record(&home).unwrap();
        let names: Vec<&str> = record.lines().map(|line| &line[42..]).collect();
        assert_eq!(
            names,
            [
                "Cargo.toml",
                "src/given.rs",
                "src/lib.rs",
                "tests/e1_one.rs",
                "tests/e2_two.rs",
                "tests/support/mod.rs"
            ]
        );
    }

    #[test]
    fn a_change_of_what_decides_is_seen() {
        let (_folder, catalog) = project();
        assert_eq!(altered_one(&catalog), []);
        let file = catalog.root.join(TESTS);
        mirror::write(&file, "// Weaker.\n").unwrap();
        assert_eq!(altered_one(&catalog), [(TESTS.to_owned(), How::Changed)]);
        fs::remove_file(file).unwrap();
        assert_eq!(altered_one(&catalog), [(TESTS.to_owned(), How::Missing)]);
        let lib = "exercises/01_sums/src/lib.rs";
        fs::write(catalog.root.join(lib), "").unwrap();
        assert_eq!(altered_one(&catalog)[0], (lib.to_owned(), How::Changed));
    }

    #[test]
    fn a_build_script_that_nobody_shipped_is_seen() {
        let (_folder, catalog) = project();
        let file = "exercises/01_sums/build.rs";
        fs::write(catalog.root.join(file), "fn main() {}\n").unwrap();
        assert_eq!(altered_one(&catalog), [(file.to_owned(), How::Added)]);
        let shipped = record(&catalog.root.join("exercises/01_sums")).unwrap();
        fs::write(catalog.root.join(record_file("01_sums")), shipped).unwrap();
        assert_eq!(altered_one(&catalog), []);
    }

    #[test]
    fn a_change_of_other_tests_or_of_the_learners_file_is_none() {
        let (_folder, catalog) = project();
        let [one, two] = &catalog.exercises[..] else { panic!("there are two exercises") };
        mirror::write(&two.tests(), "// Weaker.\n").unwrap();
        mirror::write(&one.file(), "fn another() {}\n").unwrap();
        assert_eq!(altered_one(&catalog), []);
    }

    #[test]
    fn without_a_record_nothing_is_known() {
        let (_folder, catalog) = project();
        let record = catalog.root.join(record_file("01_sums"));
        fs::remove_file(&record).unwrap();
        assert_eq!(
            altered_one(&catalog),
            [("solutions/01_sums/shipped.txt".to_owned(), How::Missing)]
        );
        for torn in ["", "torn", "0000  src/lib.rs\n"] {
            fs::write(&record, torn).unwrap();
            assert_eq!(altered_one(&catalog)[0].1, How::Changed, "{torn}");
        }
    }
}
