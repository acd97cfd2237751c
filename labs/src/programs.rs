//! Programs that labs start, each by its whole path: a search in a long `PATH` would be measured, too.

use std::path::PathBuf;

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
