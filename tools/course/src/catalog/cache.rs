//! Keeps the catalog between two calls, so that a check need not ask Cargo first.
//!
//! `.course/catalog.json` holds the catalog and a stamp of everything that it was made from. It is
//! a copy of what the project says: where a stamp differs, or the file cannot be read, Cargo is
//! asked again.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Catalog;

/// Raise it when the catalog gets another form.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Cached {
    version: u32,
    /// Where Cargo is told to build, if the environment says.
    target: Option<OsString>,
    stamps: Vec<Stamp>,
    catalog: Catalog,
}

/// What tells whether a file or folder has changed.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    path: PathBuf,
    /// Size in bytes, time of the last change in nanoseconds, inode; `None` where nothing is there.
    state: Option<(u64, i128, u64)>,
}

/// The catalog of the workspace that holds this folder, if it is known and up to date.
pub(super) fn read(folder: &Path) -> Option<Catalog> {
    let root = folder.ancestors().find(|folder| file(folder).is_file())?;
    let cached: Cached = serde_json::from_slice(&fs::read(file(root)).ok()?).ok()?;
    let is_current = cached.version == VERSION
        && cached.catalog.root == root
        && cached.target == target()
        && cached.stamps == stamps(&cached.catalog);
    is_current.then_some(cached.catalog)
}

/// Keeps a catalog. Where that is not possible, the next call asks Cargo again, and that is all.
pub(super) fn write(catalog: &Catalog) {
    let (file, stamps) = (file(&catalog.root), stamps(catalog));
    let cached = Cached { version: VERSION, target: target(), stamps, catalog: catalog.clone() };
    let written = || -> Option<()> {
        let folder = file.parent()?;
        fs::create_dir_all(folder).ok()?;
        let mut new = tempfile::NamedTempFile::new_in(folder).ok()?;
        new.write_all(&serde_json::to_vec(&cached).ok()?).ok()?;
        new.persist(&file).ok().map(drop)
    };
    written();
}

fn file(root: &Path) -> PathBuf {
    root.join(".course/catalog.json")
}

fn target() -> Option<OsString> {
    env::var_os("CARGO_TARGET_DIR")
}

/// The manifests, the folders in which an exercise can come or go, and what sets the target folder.
fn stamps(catalog: &Catalog) -> Vec<Stamp> {
    let home = catalog.root.join("exercises");
    let mut paths = vec![
        catalog.root.join("Cargo.toml"),
        catalog.root.join(".cargo/config.toml"),
        home.clone(),
    ];
    for chapter in catalog.chapters() {
        let chapter = home.join(chapter);
        paths.extend([
            chapter.join("Cargo.toml"),
            chapter.join("tests"),
            chapter.join("src/lib.rs"),
        ]);
    }
    paths.into_iter().map(Stamp::of).collect()
}

impl Stamp {
    fn of(path: PathBuf) -> Stamp {
        let state = fs::metadata(&path).ok().map(|data| {
            let changed = i128::from(data.ctime()) * 1_000_000_000 + i128::from(data.ctime_nsec());
            (data.size(), changed, data.ino())
        });
        Stamp { path, state }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::project;
    use crate::verify::mirror;

    #[test]
    fn a_catalog_comes_back_as_it_was_from_any_folder_of_the_workspace() {
        let (_folder, catalog) = project();
        assert!(read(&catalog.root).is_none());
        write(&catalog);
        let inner = catalog.root.join("exercises/01_sums/src");
        for folder in [&catalog.root, &inner] {
            assert_eq!(read(folder).as_ref(), Some(&catalog));
        }
    }

    #[test]
    fn a_change_of_what_it_was_made_from_is_seen() {
        let (_folder, catalog) = project();
        let changes: [fn(&Path); 4] = [
            |root| mirror::write(&root.join("exercises/01_sums/Cargo.toml"), "[package]").unwrap(),
            |root| mirror::write(&root.join("exercises/01_sums/tests/e3_new.rs"), "").unwrap(),
            |root| mirror::write(&root.join("exercises/02_more/Cargo.toml"), "").unwrap(),
            |root| mirror::write(&root.join(".cargo/config.toml"), "").unwrap(),
        ];
        for change in changes {
            write(&catalog);
            assert!(read(&catalog.root).is_some());
            change(&catalog.root);
            assert!(read(&catalog.root).is_none());
        }
    }

    #[test]
    fn what_is_no_catalog_is_none() {
        let (_folder, catalog) = project();
        for text in ["", "{\"version\": 1, \"sta", "[]", "\u{0}"] {
            mirror::write(&file(&catalog.root), text).unwrap();
            assert!(read(&catalog.root).is_none());
        }
    }
}
