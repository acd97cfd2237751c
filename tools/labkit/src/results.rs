//! What a lab writes: every sample, and the texts that pages include.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, Serialize};

use crate::busy::Busy;
use crate::cost::Cost;
use crate::machine::Machine;
use crate::plot::{self, Panel};

/// The content of the JSON file.
#[derive(Debug, Serialize)]
pub(crate) struct Record<'a> {
    pub(crate) lab: &'a str,
    pub(crate) machine: &'a Machine,
    pub(crate) busy: Busy,
    /// What the order of the turns was drawn with.
    pub(crate) seed: u64,
    /// The claims and whether each held.
    pub(crate) claims: &'a [(String, bool)],
    /// What the plot shows.
    pub(crate) panels: &'a [Panel],
    pub(crate) samples: BTreeMap<&'a str, Samples>,
}

/// Every sample of a variant, in the order in which they were taken.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Samples {
    /// In nanoseconds.
    Times { wall_ns: Vec<u64>, cpu_ns: Vec<u64> },
    /// Memory.
    Bytes { bytes: Vec<u64> },
}

impl Samples {
    pub(crate) fn of(costs: &[Cost]) -> Samples {
        let ns = |clock: fn(&Cost) -> Duration| {
            costs.iter().map(|cost| clock(cost).as_nanos().try_into().unwrap_or(u64::MAX)).collect()
        };
        Samples::Times { wall_ns: ns(|cost| cost.wall), cpu_ns: ns(|cost| cost.cpu) }
    }
}

/// The files of a lab below a folder.
pub(crate) struct Files {
    stem: PathBuf,
}

impl Files {
    /// The files of the lab `02_lifecycle/fork_price`, in a folder that can be written to.
    ///
    /// # Errors
    ///
    /// Fails where it cannot: better before the rounds than after them.
    pub(crate) fn open(below: &Path, lab: &str) -> Result<Files> {
        let stem = below.join(lab);
        let folder = stem.parent().context("a lab is named CHAPTER/LAB")?;
        fs::create_dir_all(folder)
            .and_then(|()| tempfile::tempfile_in(folder))
            .map_err(|error| unwritable(folder, &error))?;
        Ok(Files { stem })
    }

    /// Writes what the pages include: samples, plot, facts and table. Returns the names of the files.
    pub(crate) fn write(
        &self,
        record: &Record<'_>,
        facts: &[(String, String)],
        table: &str,
    ) -> Result<Vec<PathBuf>> {
        let json = json(record)?;
        let plot = if record.panels.is_empty() { None } else { Some(plot::of(&json)?) };
        let mut texts = vec![("json", json), ("facts", anchored(facts)), ("md", table.to_owned())];
        texts.extend(plot.map(|plot| ("svg", plot)));
        texts.into_iter().map(|(extension, text)| self.write_one(extension, &text)).collect()
    }

    /// Writes the samples alone, and returns the name of the file.
    pub(crate) fn write_samples(&self, record: &Record<'_>) -> Result<PathBuf> {
        self.write_one("json", &json(record)?)
    }

    fn write_one(&self, extension: &str, text: &str) -> Result<PathBuf> {
        let file = self.stem.with_extension(extension);
        fs::write(&file, text).map_err(|error| unwritable(&file, &error))?;
        Ok(file)
    }
}

fn json(record: &Record<'_>) -> Result<String> {
    Ok(serde_json::to_string(record)? + "\n")
}

fn unwritable(path: &Path, error: &std::io::Error) -> anyhow::Error {
    let path = path.display();
    anyhow!("cannot write to {path}: {error}; make it writable, or run with --quick")
}

/// Facts in the form in which mdBook includes one by its name.
fn anchored(facts: &[(String, String)]) -> String {
    facts.iter().fold(String::new(), |mut text, (name, value)| {
        let _ = writeln!(text, "ANCHOR: {name}\n{value}\nANCHOR_END: {name}");
        text
    })
}

/// A Markdown table, aligned for a terminal: names on the left, numbers on the right.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let mut rule = vec!["---:".to_owned(); head.len()];
    rule[0] = "---".to_owned();
    let lines = || [&head, &rule].into_iter().chain(rows);
    let width = |column: usize| {
        let cells = lines().filter_map(|cells: &Vec<String>| cells.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &Vec<String>| {
        let cell = |(column, cell): (usize, &String)| match (column, widths[column]) {
            (0, width) => format!("{cell:<width$}"),
            (_, width) => format!("{cell:>width$}"),
        };
        let cells: Vec<String> = cells.iter().enumerate().map(cell).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_stands_between_its_anchors() {
        let facts = [("fork".to_owned(), "150 µs".to_owned())];
        assert_eq!(anchored(&facts), "ANCHOR: fork\n150 µs\nANCHOR_END: fork\n");
    }

    #[test]
    fn a_table_is_markdown() {
        let table = table(&["what", "median"], &[vec!["fork".to_owned(), "150 µs".to_owned()]]);
        assert_eq!(table, "| what | median |\n| ---  |   ---: |\n| fork | 150 µs |\n");
    }
}
