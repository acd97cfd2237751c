//! The grader is a part of every test: where it is not as it was shipped, no pass counts.

use std::path::Path;

use anyhow::{Context, Result};

use super::{Altered, How, build_script, differing, line, lines, read_record, whole};
use crate::verify::mirror;

/// The place of the record, from the folder of the project; it names files from there, too.
pub const RECORD: &str = "tools/grade/shipped.txt";

const PACKAGES: [&str; 2] = ["tools/grade", "tools/grade-macros"];

/// The record of the grader in the project at `root` as its files are now.
///
/// # Errors
///
/// Fails where a file cannot be read or has a name that is not UTF-8.
pub fn record(root: &Path) -> Result<String> {
    let mut record = String::new();
    for package in PACKAGES {
        for file in mirror::files(&root.join(package))? {
            let name = file.to_str().context("the name of a file is not UTF-8")?;
            let is_source = name.starts_with("src/") && name.ends_with(".rs");
            if is_source || ["Cargo.toml", "build.rs"].contains(&name) {
                record += &line(root, &format!("{package}/{name}"))?;
            }
        }
    }
    Ok(record)
}

/// The files of the grader that are not as they were shipped; none in a project without one.
///
/// # Errors
///
/// Fails where a file is there and cannot be read.
pub fn altered(root: &Path) -> Result<Vec<Altered>> {
    let path = Path::new(RECORD);
    if !root.join(path).exists() && !root.join(PACKAGES[0]).exists() {
        return Ok(Vec::new());
    }
    let text = match read_record(root, path)? {
        Ok(text) => text,
        Err(missing) => return Ok(vec![missing]),
    };
    let Some(lines) = lines(&text).filter(|lines| !lines.is_empty()) else {
        return Ok(vec![whole(path, How::Changed)]);
    };
    let mut altered = differing(root, Path::new(""), &lines)?;
    let scripts = PACKAGES.iter().map(|package| build_script(root, Path::new(package), &lines));
    altered.extend(scripts.flatten());
    Ok(altered)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_change_of_the_grader_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let write = |file: &str, text: &str| mirror::write(&root.join(file), text).unwrap();
        let found = || {
            let altered = altered(root).unwrap();
            altered.into_iter().map(|one| (one.file, one.how)).collect::<Vec<_>>()
        };
        assert_eq!(found(), []);

        for file in ["Cargo.toml", "src/lib.rs", "tests/a.rs", "src/.lib.rs.swp"] {
            write(&format!("tools/grade/{file}"), file);
            write(&format!("tools/grade-macros/{file}"), file);
        }
        assert_eq!(found(), [(RECORD.to_owned(), How::Missing)]);
        write(RECORD, "");
        assert_eq!(found(), [(RECORD.to_owned(), How::Changed)]);
        let shipped = record(root).unwrap();
        assert_eq!(shipped.lines().count(), 4, "{shipped}");
        write(RECORD, &shipped);
        assert_eq!(found(), []);

        write("tools/grade/tests/a.rs", "other");
        assert_eq!(found(), []);
        write("tools/grade/src/lib.rs", "weaker");
        write("tools/grade-macros/build.rs", "fn main() {}");
        fs::remove_file(root.join("tools/grade-macros/src/lib.rs")).unwrap();
        assert_eq!(
            found(),
            [
                ("tools/grade/src/lib.rs".to_owned(), How::Changed),
                ("tools/grade-macros/src/lib.rs".to_owned(), How::Missing),
                ("tools/grade-macros/build.rs".to_owned(), How::Added),
            ]
        );
    }
}
