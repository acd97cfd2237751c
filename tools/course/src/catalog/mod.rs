//! What there is to solve. Cargo knows it already: a package under `exercises/` is a chapter, and
//! each of its test targets is an exercise.

mod asked;
mod cache;
mod exercise;
mod facts;
mod find;
mod parts;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{MetadataCommand, Package, Target, TargetKind};
use serde::{Deserialize, Serialize};

pub use exercise::Exercise;
pub use facts::{Facts, Track};
pub(crate) use find::most_like;
pub use parts::Part;

/// The whole course, in reading order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// The folder of the workspace.
    pub root: PathBuf,
    /// Where Cargo builds, usually `target/`.
    pub target: PathBuf,
    pub exercises: Vec<Exercise>,
}

impl Catalog {
    /// Reads the workspace that holds the current folder, or what is remembered of it.
    ///
    /// # Errors
    ///
    /// Fails where Cargo cannot read the workspace, or where a chapter or an exercise is misnamed
    /// or has no facts.
    pub fn load() -> Result<Catalog> {
        let folder = env::current_dir().context("there is no current folder")?;
        if let Some(catalog) = cache::read(&folder) {
            return Ok(catalog);
        }
        let catalog = Self::of(&folder)?;
        cache::write(&catalog);
        Ok(catalog)
    }

    /// Reads the workspace that holds `folder`.
    ///
    /// # Errors
    ///
    /// As [`Catalog::load`].
    pub fn of(folder: &Path) -> Result<Catalog> {
        let mut command = MetadataCommand::new();
        let metadata = command.current_dir(folder).no_deps().exec();
        let metadata = metadata.context("cannot read the workspace")?;
        let root = metadata.workspace_root.into_std_path_buf();
        let home = root.join("exercises");

        let mut exercises = Vec::new();
        for package in metadata.packages.iter().filter(|p| p.manifest_path.starts_with(&home)) {
            collect(&root, package, &mut exercises)
                .with_context(|| format!("in {}", package.manifest_path))?;
        }
        exercises.sort_by_key(|exercise| (exercise.chapter_number, exercise.number));
        let target = metadata.target_directory.into_std_path_buf();
        Ok(Catalog { root, target, exercises })
    }

    /// The names of the chapters that have exercises, in order.
    pub fn chapters(&self) -> Vec<&str> {
        let mut chapters: Vec<&str> = self.exercises.iter().map(|e| e.chapter.as_str()).collect();
        chapters.dedup();
        chapters
    }

    /// Whether there are references: a copy for a class may have none.
    pub fn has_references(&self) -> bool {
        self.exercises.iter().any(|exercise| exercise.solution().exists())
    }

    /// The exercise before this one, in reading order.
    pub fn before(&self, exercise: &Exercise) -> Option<&Exercise> {
        let position = self.exercises.iter().position(|other| other == exercise)?;
        position.checked_sub(1).map(|before| &self.exercises[before])
    }

    /// A path as the learner knows it, from the folder of the workspace.
    pub fn short(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}

fn collect(root: &Path, package: &Package, exercises: &mut Vec<Exercise>) -> Result<()> {
    let folder = package.manifest_path.parent().context("a manifest lies in a folder")?;
    let chapter = folder.file_name().unwrap_or_default().to_owned();
    let chapter_number = leading_number(&chapter)?;
    let mut facts = facts::facts_of(package)?;

    let is_test = |target: &&Target| target.kind.contains(&TargetKind::Test);
    let mut found: Vec<(String, Facts)> = Vec::new();
    for target in package.targets.iter().filter(is_test) {
        let facts = facts.remove(&target.name).with_context(|| {
            format!("add [package.metadata.course.{}] with its facts", target.name)
        })?;
        found.push((target.name.clone(), facts));
    }
    // Somebody has deleted the tests of the others: they are exercises all the same.
    found.extend(facts);
    for (target, facts) in found {
        let number = leading_number(target.trim_start_matches('e'))?;
        exercises.push(Exercise {
            root: root.to_owned(),
            chapter: chapter.clone(),
            package: package.name.to_string(),
            target,
            chapter_number,
            number,
            facts,
        });
    }
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// The number before the first underscore: 2 for `02_lifecycle`.
fn leading_number(name: &str) -> Result<u32> {
    let digits = name.split('_').next().unwrap_or_default();
    digits.parse().with_context(|| format!("`{name}` must begin with a number and an underscore"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_chapter_is_read_from_its_folder() {
        assert_eq!(leading_number("02_lifecycle").unwrap(), 2);
    }

    #[test]
    fn a_folder_without_a_number_is_an_error_that_names_it() {
        let error = leading_number("lifecycle").unwrap_err();
        assert_eq!(error.to_string(), "`lifecycle` must begin with a number and an underscore");
    }
}
