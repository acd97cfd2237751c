//! What the manifest of a chapter says of its exercises.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use cargo_metadata::Package;
use serde::{Deserialize, Serialize};

/// What `[package.metadata.course.<exercise>]` in the manifest of the chapter says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Names that it once had, such as `run_child`, or `lifecycle/run_child` from another chapter:
    /// what a learner has done under them counts.
    #[serde(default)]
    pub formerly: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Track {
    Core,
    Stretch,
}

/// The facts of a chapter, by exercise.
///
/// # Errors
///
/// Fails where they do not have the form that [`Facts`] has.
pub(super) fn facts_of(package: &Package) -> Result<BTreeMap<String, Facts>> {
    match package.metadata.get("course") {
        None => Ok(BTreeMap::new()),
        Some(course) => serde_json::from_value(course.clone())
            .context("[package.metadata.course] does not have the form of CONTRIBUTING.md"),
    }
}
