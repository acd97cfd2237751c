//! One exercise, and where everything of it is.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::read;

/// One exercise: the chapter `02_lifecycle` and the test target `e1_run_child` make 2.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exercise {
    /// The folder of the workspace.
    pub(super) root: PathBuf,
    /// The name of the chapter in every folder, such as `02_lifecycle`.
    pub chapter: String,
    /// The name of the chapter's package, such as `lifecycle`.
    pub package: String,
    /// The name of the exercise in every folder, such as `e1_run_child`.
    pub target: String,
    pub(super) chapter_number: u32,
    pub(super) number: u32,
    pub facts: Facts,
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

    /// What there was to learn: the header of the reference, a line for each of its paragraphs.
    /// Empty where there is none.
    pub fn lesson(&self) -> String {
        let reference = read(&self.solution()).unwrap_or_default();
        let lines = reference.lines().map_while(|line| line.strip_prefix("//!"));
        let header = lines.map(str::trim).collect::<Vec<_>>().join("\n");
        let paragraphs = header.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
        paragraphs.collect::<Vec<_>>().join("\n")
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
