//! Programs that labs start, each by its whole path: a search in a long `PATH` would be measured, too.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

/// A program of the coreutils, such as `true`.
///
/// # Errors
///
/// Fails where no folder of `PATH` has it.
pub fn find(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found = std::env::split_paths(&path).map(|folder| folder.join(name));
    found.find(|file| file.is_file()).with_context(|| {
        format!("there is no program `{name}` in the folders of PATH; install coreutils")
    })
}

/// The interpreter behind the name `python3`, which may be a script that looks for it; `None` where it does
/// not start.
pub fn find_python() -> Option<PathBuf> {
    let ask = ["-c", "import sys; print(sys.executable)"];
    let output = Command::new("python3").args(ask).output().ok()?;
    let file = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    file.is_file().then_some(file)
}
