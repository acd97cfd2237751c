//! The known wrong answers to an exercise, as a reader sees them.

use std::fs;
use std::path::Path;

use course::catalog::Exercise;

use crate::problem::{Problem, read};

/// A wrong answer, and how it is found out.
pub struct Mistake {
    /// What is wrong, such as `a_signal_counts_as_zero`.
    pub name: String,
    pub test: Option<String>,
    pub kind: String,
    pub why: String,
    /// The change that makes the reference wrong.
    pub diff: String,
}

/// The mistakes of `exercise`, by name.
pub fn of(root: &Path, exercise: &Exercise) -> Result<Vec<Mistake>, Problem> {
    let entries = fs::read_dir(exercise.mistakes()).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files.iter().map(|file| one(root, file)).collect()
}

fn one(root: &Path, file: &Path) -> Result<Mistake, Problem> {
    let text = read(root, file, "make it readable")?;
    let start = text.find("--- a/").unwrap_or(text.len());
    let (header, diff) = text.split_at(start);
    let fact =
        |name: &str| header.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let needed = |name: &str| {
        fact(name).map(str::to_owned).ok_or_else(|| {
            let reason = format!("its header has no line `{name}:`");
            Problem::in_file(root, file, reason, "add it above the diff".to_owned())
        })
    };
    Ok(Mistake {
        name: file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        test: fact("test").map(str::to_owned),
        kind: needed("kind")?,
        why: needed("why")?,
        diff: diff.to_owned(),
    })
}
