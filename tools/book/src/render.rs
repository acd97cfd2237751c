//! Renders the book into a fresh folder, and puts it in place once it is whole.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use mdbook_driver::MDBook;
use tempfile::TempDir;

use crate::check::links;
use crate::preprocess::Course;
use crate::problem::none_of;
use crate::warnings;

/// The setting that has the pages checked before mdBook fills in what they include.
const BEFORE: &str = "preprocessor.course.before";

/// A book that is rendered and checked, and not yet in its place. It is gone when this is dropped.
#[derive(Debug)]
pub struct Rendered {
    fresh: TempDir,
    place: PathBuf,
}

/// Renders and checks the book of the workspace `root`.
///
/// # Errors
///
/// Fails where the book cannot be rendered or has problems; the pages of before are left alone.
pub fn render(root: &Path) -> Result<Rendered> {
    let mut book = MDBook::load(root).context("cannot load the book")?;
    let place = root.join(&book.config.build.build_dir);
    ensure!(
        !book.source_dir().starts_with(&place),
        "the pages would replace their own sources in {}; set `build-dir` in book.toml",
        place.display()
    );
    let before: Vec<String> = book.config.get(BEFORE)?.unwrap_or_default();
    ensure!(
        before.iter().any(|name| name == "links"),
        "the includes would be gone before they are checked; say `{BEFORE} = [\"links\"]` in book.toml"
    );
    let parent = place.parent().context("`build-dir` in book.toml must name a folder")?;
    fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;

    // The fresh folder is a neighbor of the final one, so that a rename can put it in place.
    let fresh = fresh_folder(parent)?;
    book.config.build.build_dir = fresh.path().to_owned();
    book.with_preprocessor(Course);
    warnings::refuse(|| book.build())?;
    none_of(&links::problems(root, &book.source_dir(), fresh.path())?)?;
    Ok(Rendered { fresh, place })
}

impl Rendered {
    /// The folder of the pages.
    pub fn folder(&self) -> &Path {
        self.fresh.path()
    }

    /// Puts the pages where `book.toml` wants them, and returns that folder.
    ///
    /// # Errors
    ///
    /// Fails where the folder cannot be replaced.
    pub fn publish(self) -> Result<PathBuf> {
        swap(self.fresh.path(), &self.place)
            .with_context(|| format!("cannot put the new pages into {}", self.place.display()))?;
        Ok(self.place)
    }
}

fn fresh_folder(parent: &Path) -> Result<TempDir> {
    let mut folder = tempfile::Builder::new();
    folder.prefix(".book-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A web server of another user may have to read it.
        folder.permissions(fs::Permissions::from_mode(0o755));
    }
    folder.tempdir_in(parent).with_context(|| format!("cannot write to {}", parent.display()))
}

/// Puts the folder `fresh` where `place` is, and removes what was there.
fn swap(fresh: &Path, place: &Path) -> io::Result<()> {
    let old = fresh.with_extension("old");
    let replaces = unless_missing(fs::rename(place, &old))?;
    if let Err(error) = fs::rename(fresh, place) {
        if replaces {
            fs::rename(&old, place)?;
        }
        return Err(error);
    }
    unless_missing(fs::remove_dir_all(&old)).map(drop)
}

/// Whether there was something to do it to.
fn unless_missing(result: io::Result<()>) -> io::Result<bool> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        other => other.map(|()| true),
    }
}
