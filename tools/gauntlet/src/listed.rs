//! The weaker orderings that are still right, each with its proof: `solutions/<chapter>/weaker.toml`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::weaken::Weaker;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    #[serde(default)]
    pub(crate) weaker: Vec<Entry>,
}

/// One weaker ordering.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Such as `e5_arc_weak`.
    exercise: String,
    /// The line of the reference, without its indentation.
    line: String,
    /// Such as `Acquire -> Relaxed`.
    change: String,
    /// Why no execution tells the two apart. For those who read the list.
    #[serde(rename = "proof")]
    _proof: String,
}

impl List {
    /// Reads the list of `chapter`; a chapter without a file has an empty one.
    pub(crate) fn read(solutions: &Path, chapter: &str) -> Result<List> {
        let file = solutions.join(chapter).join("weaker.toml");
        let Ok(text) = fs::read_to_string(&file) else { return Ok(List::default()) };
        toml::from_str(&text).with_context(|| format!("in {}", file.display()))
    }

    /// The entry for `weaker` in `exercise`.
    pub(crate) fn position(&self, exercise: &str, weaker: &Weaker) -> Option<usize> {
        self.weaker.iter().position(|entry| {
            entry.exercise == exercise && entry.line == weaker.was && entry.change == weaker.change
        })
    }
}

impl Entry {
    pub(crate) fn exercise(&self) -> &str {
        &self.exercise
    }

    /// What the entry is about.
    pub(crate) fn name(&self) -> String {
        format!("{}: {}: {}", self.exercise, self.line, self.change)
    }
}
