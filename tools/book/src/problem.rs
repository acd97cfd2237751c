//! What is wrong with the book: where, why, and what to do about it.

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use anyhow::{Result, bail};

/// One thing that a writer has to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file to mend.
    pub file: PathBuf,
    /// The line to mend, counted from 1, where there is one.
    pub line: Option<usize>,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub next: String,
}

impl Problem {
    /// A problem with the whole of `file`, shown relative to `root`.
    pub fn in_file(root: &Path, file: &Path, reason: String, next: String) -> Problem {
        Problem { file: relative(root, file), line: None, reason, next }
    }

    /// A problem in `line` of `file`, shown relative to `root`.
    pub fn at(root: &Path, file: &Path, line: usize, reason: String, next: String) -> Problem {
        Problem { line: Some(line), ..Problem::in_file(root, file, reason, next) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}; {}", self.reason, self.next)
    }
}

/// Makes one error of all `problems`.
///
/// # Errors
///
/// Fails where there is a problem; the error lists every one on a line of its own.
pub fn none_of(problems: &[Problem]) -> Result<()> {
    let lines: Vec<String> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
    match lines.len() {
        0 => Ok(()),
        1 => bail!("the book has a problem:{}", lines.concat()),
        count => bail!("the book has {count} problems:{}", lines.concat()),
    }
}

/// Reads `file`; where that fails, `next` says what to do about it.
///
/// # Errors
///
/// Fails where the file cannot be read as text.
pub fn read(root: &Path, file: &Path, next: &str) -> Result<String, Problem> {
    fs::read_to_string(file).map_err(|error| {
        Problem::in_file(root, file, format!("it {}", unread(&error)), next.to_owned())
    })
}

/// Why a file was not read: the end of a sentence.
pub fn unread(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "is missing".to_owned(),
        _ => format!("cannot be read ({error})"),
    }
}

/// `path` as seen from `root`, or `path` itself where it lies elsewhere; without a `..` in it.
pub fn relative(root: &Path, path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir if tidy.file_name().is_some() => drop(tidy.pop()),
            other => tidy.push(other),
        }
    }
    tidy.strip_prefix(root).map(Path::to_owned).unwrap_or(tidy)
}
