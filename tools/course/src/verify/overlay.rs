//! A copy of one chapter under `target/`, where its exercises are as shipped.
//!
//! An overlay is a Cargo workspace of one chapter. Its manifest is the project's own, with the
//! lint level `warnings = "deny"` added. Cargo builds all overlays into a target folder of their
//! own, so that they never wait for the learner's builds.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nix::fcntl::{Flock, FlockArg};

use super::{manifest, mirror};
use crate::catalog::{Catalog, Exercise};

/// A chapter as shipped, perhaps with one file changed. The folder is locked as long as the value
/// lives: other threads and processes wait for it.
#[derive(Debug)]
pub struct Overlay {
    folder: PathBuf,
    target: PathBuf,
    _lock: Flock<File>,
}

impl Overlay {
    /// Lays out `chapter`, such as `02_lifecycle`, as it was shipped. With the Cargo feature
    /// `solution` the same folder holds the references.
    ///
    /// # Errors
    ///
    /// Fails where a file of the chapter cannot be read, or the overlay cannot be written.
    pub fn shipped(catalog: &Catalog, chapter: &str) -> Result<Overlay> {
        Self::lay(catalog, chapter, "shipped")
    }

    /// Lays out the chapter of `exercise` as it was shipped, but with `text` in the file that the
    /// learner edits. Warnings about `text` stay warnings.
    ///
    /// # Errors
    ///
    /// As [`Overlay::shipped`].
    pub fn changed(catalog: &Catalog, exercise: &Exercise, text: &str) -> Result<Overlay> {
        let overlay = Self::lay(catalog, &exercise.chapter, "changed")?;
        let file = exercise.file();
        let file = file.strip_prefix(&catalog.root).context("an exercise lies in its workspace")?;
        // On the first line, so that the lines keep their numbers.
        mirror::write(&overlay.folder.join(file), &format!("#![warn(warnings)] {text}"))?;
        Ok(overlay)
    }

    /// The folder of the overlay's workspace.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where Cargo builds it: one folder for all overlays, so that dependencies are built once.
    pub fn target(&self) -> &Path {
        &self.target
    }

    fn lay(catalog: &Catalog, chapter: &str, kind: &str) -> Result<Overlay> {
        let home = catalog.target.join("overlay");
        let folder = home.join(kind).join(chapter);
        let lock = lock(&folder.with_extension("lock"))?;

        let member = Path::new("exercises").join(chapter);
        manifest::lay(&catalog.root, &member, &folder)?;
        mirror::link(&catalog.root.join("solutions"), &folder.join("solutions"))?;
        mirror::folder(&catalog.root.join(&member), &folder.join(&member), |file| {
            shipped(catalog, &catalog.root.join(&member).join(file))
        })
        .with_context(|| format!("cannot lay out {}", folder.display()))?;
        Ok(Overlay { folder, target: home.join("target"), _lock: lock })
    }
}

/// The stub as shipped for the file of an exercise; any other file stands for itself.
fn shipped(catalog: &Catalog, file: &Path) -> PathBuf {
    let exercise = catalog.exercises.iter().find(|exercise| exercise.file() == file);
    exercise.map_or_else(|| file.to_owned(), Exercise::stub)
}

fn lock(file: &Path) -> Result<Flock<File>> {
    let cannot = || format!("cannot lock {}", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(cannot)?;
    }
    let opened = File::create(file).with_context(cannot)?;
    Flock::lock(opened, FlockArg::LockExclusive).map_err(|(_, errno)| errno).with_context(cannot)
}
