//! A clean copy of the project, without the references, for one submission after the other.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

use crate::catalog::{Catalog, Exercise};
use crate::export::{self, Kind};
use crate::stop::Stop;
use crate::trial::{Batch, build_all};
use crate::verify::mirror;
use crate::words;

/// What of the project is copied: what Cargo and the course need to know. The rest is the book, or
/// what a teacher keeps in the same folder, such as submissions.
const PARTS: [&str; 8] =
    [".cargo", "Cargo.lock", "Cargo.toml", "exercises", "labs", "listings", "solutions", "tools"];
/// What building and checking leave in a copy.
const LEFT: [&str; 2] = ["target", "rooms"];

/// Makes sure that no other program grades in this project meanwhile: waits for it.
///
/// # Errors
///
/// Fails where the lock cannot be made.
pub(super) fn lock(catalog: &Catalog) -> Result<Flock<File>> {
    let home = catalog.target.join("grade");
    let cannot = || format!("cannot lock {}", home.display());
    fs::create_dir_all(&home).with_context(cannot)?;
    let file = File::create(home.join("lock")).with_context(cannot)?;
    let file = match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
        Ok(lock) => return Ok(lock),
        Err((file, Errno::EWOULDBLOCK)) => file,
        Err((_, errno)) => return Err(errno).with_context(cannot),
    };
    eprintln!("{}", words::grading_elsewhere());
    Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, errno)| errno).with_context(cannot)
}

/// The copy.
pub(super) struct Slot<'a> {
    /// The project that it is a copy of.
    project: &'a Catalog,
    /// The copy.
    pub catalog: Catalog,
    /// The lock file, without the packages that are not in the copy.
    lock: Vec<u8>,
}

impl<'a> Slot<'a> {
    /// Makes the copy of this number, or renews it.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be written.
    pub fn new(project: &'a Catalog, number: usize) -> Result<Slot<'a>> {
        let root = project.target.join("grade").join(number.to_string());
        fs::create_dir_all(&root).with_context(|| format!("cannot make {}", root.display()))?;
        // What a program that was killed has left.
        let _ = fs::remove_dir_all(root.join("rooms"));
        renew(project, &root)?;
        export::forget_packages(&root)?;
        let lock = mirror::read(&root.join("Cargo.lock"))?;
        let mut catalog = Catalog::of(&root)?;
        // Not where the environment may say: each slot has a target folder of its own.
        catalog.target = root.join("target");
        Ok(Slot { project, catalog, lock })
    }

    /// Builds the exercises as shipped. It may ask the network for libraries; what is built of
    /// them serves all submissions.
    ///
    /// # Errors
    ///
    /// Fails where the project cannot be built.
    pub fn build_shared(&self, exercises: &[&Exercise], stop: &Stop, show: bool) -> Result<()> {
        let (folder, target) = (&self.catalog.root, &self.catalog.target);
        let batch = Batch { exercises, folder, target, solution: false, show, cage: None };
        let built = build_all(&batch, Some(stop))?;
        ensure!(
            built.binaries.iter().all(Option::is_some),
            "the project itself cannot be built, so nothing can be graded; see `cargo course verify`"
        );
        Ok(())
    }

    /// Puts these texts in the place of what was shipped; all else is as it was shipped, whatever
    /// came before.
    ///
    /// # Errors
    ///
    /// Fails where the copy cannot be written.
    pub fn lay(&self, texts: &[(&Exercise, &str)]) -> Result<()> {
        renew(self.project, &self.catalog.root)?;
        mirror::write(&self.catalog.root.join("Cargo.lock"), &self.lock)?;
        for (exercise, text) in texts {
            mirror::write(&self.catalog.root.join(self.project.short(&exercise.file())), text)?;
        }
        // Cargo tells by their times whether files have changed. No pass must rest on that.
        let packages: BTreeSet<&str> =
            self.catalog.exercises.iter().map(|exercise| exercise.package.as_str()).collect();
        for target in [self.catalog.target.clone(), self.catalog.target.join("overlay/target")] {
            forget(&target.join("debug/.fingerprint"), &packages)?;
        }
        Ok(())
    }
}

/// Makes the copy what it was, but for what serves the next build.
fn renew(project: &Catalog, root: &Path) -> Result<()> {
    let is_part = |name: &Path| PARTS.iter().any(|part| name.starts_with(part));
    let wanted = export::write_those(project, Kind::WithoutSolutions, root, is_part)?;
    for file in mirror::files_but(root, &LEFT)?.difference(&wanted) {
        let stale = root.join(file);
        fs::remove_file(&stale).with_context(|| format!("cannot remove {}", stale.display()))?;
    }
    Ok(())
}

/// Has Cargo build these packages anew.
fn forget(fingerprints: &Path, packages: &BTreeSet<&str>) -> Result<()> {
    for entry in fs::read_dir(fingerprints).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let package = name.to_str().and_then(|name| name.rsplit_once('-')).map(|(name, _)| name);
        if package.is_some_and(|package| packages.contains(package)) {
            let folder = entry.path();
            fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot remove {}", folder.display()))?;
        }
    }
    Ok(())
}
