//! Renders the book into a fresh folder, and puts it in place once it is whole.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use mdbook_driver::MDBook;

use crate::check::links;
use crate::preprocess::Course;
use crate::problem::none_of;
use crate::warnings;

/// Renders the book of the workspace `root`, and returns the folder of its pages.
///
/// # Errors
///
/// Fails where the book cannot be rendered or has problems; the pages of before are left alone.
pub fn build(root: &Path) -> Result<PathBuf> {
    let mut book = MDBook::load(root).context("cannot load the book")?;
    let place = root.join(&book.config.build.build_dir);
    ensure!(
        !book.source_dir().starts_with(&place),
        "the pages would replace their own sources in {}; set `build-dir` in book.toml",
        place.display()
    );
    let parent = place.parent().context("`build-dir` in book.toml must name a folder")?;
    fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;

    // The fresh folder is a neighbor of the final one, so that a rename can put it in place.
    let fresh = fresh_folder(parent)?;
    book.config.build.build_dir = fresh.path().to_owned();
    book.with_preprocessor(Course);
    warnings::refuse(|| book.build())?;
    none_of(&links::problems(root, &book.source_dir(), fresh.path())?)?;
    swap(fresh.path(), &place)
        .with_context(|| format!("cannot put the new pages into {}", place.display()))?;
    Ok(place)
}

fn fresh_folder(parent: &Path) -> Result<tempfile::TempDir> {
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

/// Puts the folder `fresh` where `place` is; the pages of before end in the place of `fresh`.
fn swap(fresh: &Path, place: &Path) -> std::io::Result<()> {
    let old = fresh.with_extension("old");
    match fs::rename(place, &old) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    fs::rename(fresh, place)?;
    match fs::remove_dir_all(&old) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
