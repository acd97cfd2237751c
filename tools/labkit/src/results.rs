//! What a lab writes: every sample, and the texts that pages include.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

use crate::environment::{Environment, Use};

/// The content of the JSON file.
#[derive(Debug, Serialize)]
pub(crate) struct Record<'a> {
    pub(crate) lab: &'a str,
    pub(crate) environment: &'a Environment,
    pub(crate) used: Use,
    /// The claims and whether each held.
    pub(crate) claims: &'a [(String, bool)],
    /// Every sample of each variant, in nanoseconds, in the order in which they were taken.
    pub(crate) samples_ns: BTreeMap<&'a str, Vec<u128>>,
}

/// The three files of a lab under `book/results/`.
pub(crate) struct Files {
    stem: PathBuf,
}

impl Files {
    /// The files of the lab `02_lifecycle/fork_price`.
    pub(crate) fn of(results: &Path, lab: &str) -> Files {
        Files { stem: results.join(lab) }
    }

    /// Writes samples, facts and table; a page includes a fact by its name.
    pub(crate) fn write(
        &self,
        record: &Record<'_>,
        facts: &[(String, String)],
        table: &str,
    ) -> Result<()> {
        let folder = self.stem.parent().context("a lab is named CHAPTER/LAB")?;
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        self.put("json", &(serde_json::to_string(record)? + "\n"))?;
        self.put("facts", &anchored(facts))?;
        self.put("md", table)
    }

    fn put(&self, extension: &str, text: &str) -> Result<()> {
        let file = self.stem.with_extension(extension);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        println!("recorded {}", file.canonicalize()?.display());
        Ok(())
    }
}

fn anchored(facts: &[(String, String)]) -> String {
    facts.iter().fold(String::new(), |mut text, (name, value)| {
        let _ = writeln!(text, "ANCHOR: {name}\n{value}\nANCHOR_END: {name}");
        text
    })
}

/// A Markdown table.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(head.iter().map(|cell| (*cell).to_owned()).collect());
    text += &line(
        head.iter()
            .enumerate()
            .map(|(i, _)| if i == 0 { "---" } else { "---:" }.to_owned())
            .collect(),
    );
    rows.iter().cloned().for_each(|row| text += &line(row));
    text
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
        assert_eq!(table, "| what | median |\n| --- | ---: |\n| fork | 150 µs |\n");
    }
}
