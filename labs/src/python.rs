//! The interpreters that are installed.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The names under which they are installed; `python3` is one of the others, or a newer one.
const NAMES: [&str; 11] = [
    "python2.7",
    "python3.8",
    "python3.9",
    "python3.10",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.13t",
    "python3.14",
    "python3.14t",
    "python3",
];

/// An interpreter that `PATH` has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Python {
    /// The first two numbers.
    pub version: (u32, u32),
    pub full_version: String,
    /// Whether it has one lock for all, and uses it.
    pub has_gil: bool,
    /// What starts it.
    pub name: &'static str,
}

/// The interpreters that start, each of them once; the oldest comes first.
///
/// # Errors
///
/// Fails where one does not say which it is.
pub fn all() -> Result<Vec<Python>> {
    let mut found: Vec<Python> = Vec::new();
    for name in NAMES {
        let Ok(said) = said_by(name, &["-c", WHICH]) else { continue };
        let new = Python::parse(name, &said)
            .with_context(|| format!("{name} does not tell its version"))?;
        let is_new = |known: &Python| {
            (&known.full_version, known.has_gil) != (&new.full_version, new.has_gil)
        };
        if found.iter().all(is_new) {
            found.push(new);
        }
    }
    found.sort();
    Ok(found)
}

/// The interpreter behind the name `python3`, which may be a script that looks for it; `None` where it does
/// not start.
pub fn executable() -> Option<PathBuf> {
    let ask = ["-c", "import sys; print(sys.executable)"];
    let output = Command::new("python3").args(ask).output().ok()?;
    let file = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    file.is_file().then_some(file)
}

const WHICH: &str = "import sys; print('.'.join(map(str, sys.version_info[:3]))); \
                     print(getattr(sys, '_is_gil_enabled', lambda: True)())";

impl Python {
    fn parse(name: &'static str, said: &str) -> Option<Python> {
        let (full_version, has_gil) = said.trim().split_once('\n')?;
        let mut numbers = full_version.split('.').map(str::parse);
        let mut next = || numbers.next()?.ok();
        let version = (next()?, next()?);
        let (full_version, has_gil) = (full_version.to_owned(), has_gil == "True");
        Some(Python { version, full_version, has_gil, name })
    }
}

/// What a program prints, where it ends well.
///
/// # Errors
///
/// Fails where it does not start, does not end well, or prints what is no text.
pub fn said_by(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).output()?;
    if !output.status.success() {
        bail!(
            "{program} ends with {}:\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}
