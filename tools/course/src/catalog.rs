//! What there is to solve. Cargo knows it already: a package under `exercises/` is a chapter, and
//! each of its test targets is an exercise.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cargo_metadata::{MetadataCommand, Package, TargetKind};
use serde::Deserialize;

/// The whole course, in reading order.
#[derive(Debug)]
pub struct Catalog {
    /// The folder of the workspace.
    pub root: PathBuf,
    /// Where Cargo builds, usually `target/`.
    pub target: PathBuf,
    pub exercises: Vec<Exercise>,
}

/// One exercise: the chapter `02_lifecycle` and the test target `e1_run_child` make 2.1.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// The folder of the workspace.
    root: PathBuf,
    /// The name of the chapter in every folder, such as `02_lifecycle`.
    pub chapter: String,
    /// The name of the chapter's package, such as `lifecycle`.
    pub package: String,
    /// The name of the exercise in every folder, such as `e1_run_child`.
    pub target: String,
    chapter_number: u32,
    number: u32,
    pub facts: Facts,
}

/// What `[package.metadata.course.<exercise>]` in the manifest of the chapter says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// From 1 (a warm-up) to 5.
    pub difficulty: u8,
    /// An estimate for a first reader.
    pub minutes: u32,
    pub track: Track,
    /// Programs that the tests start, such as `python3`.
    #[serde(default)]
    pub needs: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Track {
    Core,
    Stretch,
}

impl Catalog {
    /// Reads the workspace that holds the current folder.
    ///
    /// # Errors
    ///
    /// Fails where Cargo cannot read the workspace, or where a chapter or an exercise is misnamed
    /// or has no facts.
    pub fn load() -> Result<Catalog> {
        Self::from_command(&mut MetadataCommand::new())
    }

    /// Reads the workspace that holds `folder`.
    ///
    /// # Errors
    ///
    /// As [`Catalog::load`].
    pub fn of(folder: &Path) -> Result<Catalog> {
        Self::from_command(MetadataCommand::new().current_dir(folder))
    }

    fn from_command(command: &mut MetadataCommand) -> Result<Catalog> {
        let metadata = command.no_deps().exec().context("cannot read the workspace")?;
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

    /// A path as the learner knows it, from the folder of the workspace.
    pub fn short(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }

    /// Finds an exercise by `2.1`, `run_child` or `e1_run_child`; before a name, `lifecycle/` or
    /// `02_lifecycle/` may say of which chapter.
    ///
    /// # Errors
    ///
    /// Fails where no exercise, or more than one, goes by that name.
    pub fn find(&self, wanted: &str) -> Result<&Exercise> {
        let found: Vec<&Exercise> =
            self.exercises.iter().filter(|exercise| exercise.answers_to(wanted)).collect();
        match found[..] {
            [exercise] => Ok(exercise),
            [] => match self.nearest(wanted) {
                Some(near) => bail!("there is no exercise `{wanted}`; did you mean `{near}`?"),
                None => bail!("there is no exercise `{wanted}`; see `cargo course list`"),
            },
            [first, ..] => {
                bail!("`{wanted}` is the name of {} exercises; say `{}`", found.len(), first.id())
            }
        }
    }

    /// The name that is most like `wanted`, if any is.
    fn nearest(&self, wanted: &str) -> Option<&str> {
        let wanted = wanted.rsplit('/').next().unwrap_or(wanted);
        let likeness = |name: &str| strsim::jaro_winkler(wanted, name);
        let names = self.exercises.iter().flat_map(|exercise| [exercise.name(), &exercise.target]);
        let nearest = names.max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
        (likeness(nearest) > 0.75).then_some(nearest)
    }
}

impl Exercise {
    /// Chapter and number, such as `2.1`.
    pub fn id(&self) -> String {
        format!("{}.{}", self.chapter_number, self.number)
    }

    /// The name without its number, such as `run_child`.
    pub fn name(&self) -> &str {
        self.target.split_once('_').map_or(self.target.as_str(), |(_, name)| name)
    }

    /// The name as a page writes it, such as `Run child`.
    pub fn title(&self) -> String {
        let words = self.name().replace('_', " ");
        let mut letters = words.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().collect::<String>() + letters.as_str()
        })
    }

    /// The file that the learner edits.
    pub fn file(&self) -> PathBuf {
        self.home().join("src").join(self.source_name())
    }

    /// The tests, the same for the learner's file and for the reference.
    pub fn tests(&self) -> PathBuf {
        self.home().join("tests").join(self.source_name())
    }

    /// The reference solution.
    pub fn solution(&self) -> PathBuf {
        self.solutions().join(self.source_name())
    }

    /// The learner's file as it was shipped: `reset` restores it, the rules test it, and the page
    /// quotes it.
    pub fn stub(&self) -> PathBuf {
        self.solutions().join("stubs").join(self.source_name())
    }

    /// What the first test says to the stub: the failure that a learner meets first.
    pub fn first_failure(&self) -> PathBuf {
        self.stub().with_extension("out")
    }

    /// The folder of the known wrong solutions, one patch against the reference each.
    pub fn mistakes(&self) -> PathBuf {
        self.solutions().join("mistakes").join(&self.target)
    }

    /// The page that sets the exercise.
    pub fn page(&self) -> PathBuf {
        self.root.join("book").join(&self.chapter).with_extension("md")
    }

    /// The file of the hints.
    pub fn hints_file(&self) -> PathBuf {
        self.home().join("hints").join(&self.target).with_extension("md")
    }

    /// The hints, from a nudge to nearly the code; a line `---` stands between two of them.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn hints(&self) -> Result<Vec<String>> {
        let text = read(&self.hints_file())?;
        Ok(text.split("\n---\n").map(|hint| hint.trim().to_owned()).collect())
    }

    /// The task in one line: the first line of the stub.
    ///
    /// # Errors
    ///
    /// Fails where the stub cannot be read or does not begin with a `//!` line.
    pub fn task(&self) -> Result<String> {
        let stub = read(&self.stub())?;
        let task = stub.lines().next().and_then(|line| line.strip_prefix("//! "));
        task.map(str::to_owned)
            .with_context(|| format!("{} must begin with `//! `", self.stub().display()))
    }

    fn answers_to(&self, wanted: &str) -> bool {
        let is_name = |name: &str| name == self.name() || name == self.target;
        match wanted.split_once('/') {
            Some((home, name)) => (home == self.package || home == self.chapter) && is_name(name),
            None => wanted == self.id() || is_name(wanted),
        }
    }

    fn home(&self) -> PathBuf {
        self.root.join("exercises").join(&self.chapter)
    }

    fn solutions(&self) -> PathBuf {
        self.root.join("solutions").join(&self.chapter)
    }

    fn source_name(&self) -> String {
        format!("{}.rs", self.target)
    }
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

fn collect(root: &Path, package: &Package, exercises: &mut Vec<Exercise>) -> Result<()> {
    let folder = package.manifest_path.parent().context("a manifest lies in a folder")?;
    let chapter = folder.file_name().unwrap_or_default().to_owned();
    let chapter_number = leading_number(&chapter)?;
    let mut facts = facts_of(package)?;

    for target in package.targets.iter().filter(|target| target.kind.contains(&TargetKind::Test)) {
        let number = leading_number(target.name.trim_start_matches('e'))?;
        exercises.push(Exercise {
            root: root.to_owned(),
            chapter: chapter.clone(),
            package: package.name.to_string(),
            target: target.name.clone(),
            chapter_number,
            number,
            facts: facts.remove(&target.name).with_context(|| {
                format!("add [package.metadata.course.{}] with its facts", target.name)
            })?,
        });
    }
    match facts.keys().next() {
        Some(name) => bail!("[package.metadata.course.{name}] names no exercise"),
        None => Ok(()),
    }
}

fn facts_of(package: &Package) -> Result<BTreeMap<String, Facts>> {
    match package.metadata.get("course") {
        None => Ok(BTreeMap::new()),
        Some(course) => serde_json::from_value(course.clone())
            .context("[package.metadata.course] does not have the form of CONTRIBUTING.md"),
    }
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
    fn a_typo_gets_the_nearest_name() {
        let (_folder, catalog) = crate::verify::fixture::project();
        assert_eq!(catalog.find("1.2").unwrap().target, "e2_two");
        for name in ["one", "e1_one", "sums/e1_one", "sums/one", "01_sums/e1_one", "01_sums/one"] {
            assert_eq!(catalog.find(name).unwrap().target, "e1_one");
        }
        let said = |wanted| catalog.find(wanted).unwrap_err().to_string();
        assert_eq!(said("e1_onn"), "there is no exercise `e1_onn`; did you mean `e1_one`?");
        assert_eq!(
            said("01_sums/e1_onn"),
            "there is no exercise `01_sums/e1_onn`; did you mean `e1_one`?"
        );
        catalog.find("other/e1_one").unwrap_err();
        assert_eq!(said("zzz"), "there is no exercise `zzz`; see `cargo course list`");
    }

    #[test]
    fn a_folder_without_a_number_is_an_error_that_names_it() {
        let error = leading_number("lifecycle").unwrap_err();
        assert_eq!(error.to_string(), "`lifecycle` must begin with a number and an underscore");
    }
}
