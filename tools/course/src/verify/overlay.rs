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

/// A chapter as shipped, perhaps with one file changed.
///
/// The chapter is locked as long as the value lives: other threads and processes wait for it, also
/// while the tests run, because Cargo puts the chapter's helper programs into one place for all of
/// its overlays. A thread that holds one overlay of a chapter must not ask for a second.
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
        Self::lay(catalog, chapter, "shipped", &[])
    }

    /// Lays out the chapter of `exercise` as it was shipped, but with `text` in the file that the
    /// learner edits. Warnings about `text` stay warnings.
    ///
    /// # Errors
    ///
    /// As [`Overlay::shipped`].
    pub fn changed(catalog: &Catalog, exercise: &Exercise, text: &str) -> Result<Overlay> {
        Self::with(catalog, &exercise.chapter, &[(exercise, text.to_owned())])
    }

    /// Lays out `chapter` as it was shipped, but with these texts in the files that the learner
    /// edits. Warnings about them stay warnings.
    ///
    /// # Errors
    ///
    /// As [`Overlay::shipped`].
    pub fn with(
        catalog: &Catalog,
        chapter: &str,
        texts: &[(&Exercise, String)],
    ) -> Result<Overlay> {
        Self::lay(catalog, chapter, "changed", texts)
    }

    /// The folder of the overlay's workspace.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where Cargo builds it: one folder for all overlays, so that dependencies are built once.
    pub fn target(&self) -> &Path {
        &self.target
    }

    fn lay(
        catalog: &Catalog,
        chapter: &str,
        kind: &str,
        changes: &[(&Exercise, String)],
    ) -> Result<Overlay> {
        let home = catalog.target.join("overlay");
        let lock = lock(&home.join(chapter).with_extension("lock"))?;
        let folder = home.join(chapter).join(kind);
        let member = Path::new("exercises").join(chapter);
        let source = catalog.root.join(&member);

        manifest::lay(&catalog.root, &member, kind, &folder)?;
        lay_solutions(&catalog.root.join("solutions"), &folder.join("solutions"))?;
        let mut files = mirror::files(&source)?;
        // The learner may have removed some that were shipped.
        let exercises = catalog.exercises.iter().filter(|exercise| exercise.chapter == chapter);
        files.extend(exercises.filter_map(|e| Some(e.file().strip_prefix(&source).ok()?.into())));
        mirror::folder(&folder.join(&member), &files, |file| {
            let file = source.join(file);
            match changes.iter().find(|(exercise, _)| exercise.file() == file) {
                // On the first line, so that the lines keep their numbers.
                Some((_, text)) => Ok(format!("#![warn(warnings)] {text}").into_bytes()),
                None => mirror::read(&shipped(catalog, file)),
            }
        })
        .with_context(|| format!("cannot lay out {}", folder.display()))?;
        Ok(Overlay { folder, target: home.join("target"), _lock: lock })
    }
}

/// Copies references and stubs of all chapters, for one may use a reference of another. A link
/// would be shorter, but a file that comes back with an old time of change would escape Cargo.
fn lay_solutions(from: &Path, to: &Path) -> Result<()> {
    let mut files = mirror::files(from)?;
    files.retain(|file| !file.components().any(|part| part.as_os_str() == "mistakes"));
    mirror::folder(to, &files, |file| mirror::read(&from.join(file)))
}

/// The stub as shipped for the file of an exercise; any other file stands for itself.
fn shipped(catalog: &Catalog, file: PathBuf) -> PathBuf {
    let exercise = catalog.exercises.iter().find(|exercise| exercise.file() == file);
    exercise.map_or(file, Exercise::stub)
}

fn lock(file: &Path) -> Result<Flock<File>> {
    let cannot = || format!("cannot lock {}", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(cannot)?;
    }
    let opened = File::create(file).with_context(cannot)?;
    Flock::lock(opened, FlockArg::LockExclusive).map_err(|(_, errno)| errno).with_context(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::{project, text};

    #[test]
    fn an_overlay_holds_the_chapter_as_shipped() {
        let (_temp, catalog) = project();
        let overlay = Overlay::shipped(&catalog, "01_sums").unwrap();
        let home = overlay.folder().join("exercises/01_sums");
        for exercise in &catalog.exercises {
            let file = home.join("src").join(format!("{}.rs", exercise.target));
            assert_eq!(text(&file), text(&exercise.stub()));
        }
        assert_eq!(text(&home.join("tests/e1_one.rs")), text(&catalog.exercises[0].tests()));
        assert!(home.join("../../solutions/01_sums/e1_one.rs").exists());
    }

    #[test]
    fn a_changed_overlay_differs_in_one_file_and_forgets_it_with_the_next_change() {
        let (_temp, catalog) = project();
        let [one, two] = &catalog.exercises[..] else { panic!("there are two exercises") };
        drop(Overlay::changed(&catalog, one, "// Wrong.\n").unwrap());
        let overlay = Overlay::changed(&catalog, two, "// Wrong.\n").unwrap();
        let home = overlay.folder().join("exercises/01_sums/src");
        assert_eq!(text(&home.join("e1_one.rs")), text(&one.stub()));
        assert_eq!(text(&home.join("e2_two.rs")), "#![warn(warnings)] // Wrong.\n");
    }

    #[test]
    fn what_is_equal_is_not_written_again() {
        let (_temp, catalog) = project();
        let times = || {
            let overlay = Overlay::shipped(&catalog, "01_sums").unwrap();
            let files = mirror::files(overlay.folder()).unwrap();
            files
                .into_iter()
                .map(|file| {
                    let place = overlay.folder().join(&file);
                    (file, fs::symlink_metadata(place).unwrap().modified().unwrap())
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(times(), times());
    }

    #[test]
    fn a_second_overlay_of_a_chapter_waits_for_the_first() {
        let (_temp, catalog) = project();
        let overlay = Overlay::shipped(&catalog, "01_sums").unwrap();
        let file = catalog.target.join("overlay/01_sums.lock");
        let file = || File::open(&file).unwrap();
        assert!(Flock::lock(file(), FlockArg::LockExclusiveNonblock).is_err());
        drop(overlay);
        assert!(Flock::lock(file(), FlockArg::LockExclusiveNonblock).is_ok());
    }

    #[test]
    fn a_missing_stub_is_named() {
        let (_temp, catalog) = project();
        fs::remove_file(catalog.exercises[0].stub()).unwrap();
        let error = format!("{:#}", Overlay::shipped(&catalog, "01_sums").unwrap_err());
        assert!(error.contains("solutions/01_sums/stubs/e1_one.rs"), "{error}");
    }
}
