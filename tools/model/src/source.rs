//! Places in source files, as a reader knows them.

use std::env;
use std::fs;
use std::panic::Location;
use std::path::{Component, Path};

/// The last folder, the file and the line: `src/e1_spin_lock.rs:30`.
pub(crate) fn place(place: &Location<'_>) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in Path::new(place.file()).components() {
        match part {
            Component::Normal(name) => parts.extend(name.to_str()),
            Component::ParentDir => drop(parts.pop()),
            _ => {}
        }
    }
    let kept = parts.len().saturating_sub(2);
    format!("{}:{}", parts[kept..].join("/"), place.line())
}

/// The line of source at `place`, if the file is still where it was compiled.
pub(crate) fn line(place: &Location<'_>) -> Option<String> {
    let here = env::current_dir().ok()?;
    // The path begins in the root of the workspace; a test runs in the folder of its package, other
    // programs anywhere.
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let mut folders = here.ancestors().chain(workspace);
    let text = folders.find_map(|folder| fs::read_to_string(folder.join(place.file())).ok())?;
    let number = usize::try_from(place.line()).ok()?;
    Some(text.lines().nth(number.checked_sub(1)?)?.trim().to_owned())
}
