//! The ledger: what the notes claim, the verdict on each claim, and what shows it.

mod evidence;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::problem::{Problem, unread};

/// All claims, as `claims.toml` lists them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// The sections of the notes, with their headings.
    #[serde(default)]
    pub sections: BTreeMap<String, String>,
    #[serde(default, rename = "claim")]
    pub claims: Vec<Claim>,
    /// The folder of the pages.
    #[serde(skip)]
    pages: PathBuf,
}

/// One claim of the notes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// `N01` and so on.
    pub id: String,
    /// The section of the notes that makes it first.
    pub section: String,
    /// What the notes say, in short.
    pub says: String,
    pub verdict: Verdict,
    /// Since when it is outdated.
    pub since: Option<String>,
    /// What is right.
    pub statement: String,
    pub sources: String,
    /// The chapter whose page answers it.
    pub chapter: String,
    #[serde(default)]
    pub shown: Evidence,
}

/// What a reader can run to see it; all of it stands on the page of the chapter.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Evidence {
    pub exercises: Vec<String>,
    pub listings: Vec<String>,
    pub labs: Vec<String>,
}

/// What the book says of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Holds,
    NeedsQualification,
    Outdated,
    Wrong,
}

impl Verdict {
    /// All of them, the kindest first.
    pub const ALL: [Verdict; 4] =
        [Verdict::Holds, Verdict::NeedsQualification, Verdict::Outdated, Verdict::Wrong];

    /// As it is written in addresses and style sheets.
    pub fn slug(self) -> &'static str {
        match self {
            Verdict::Holds => "holds",
            Verdict::NeedsQualification => "needs-qualification",
            Verdict::Outdated => "outdated",
            Verdict::Wrong => "wrong",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.slug().replace('-', " "))
    }
}

impl Claim {
    /// The number of its chapter, as in "chapter 9".
    pub fn chapter_number(&self) -> u32 {
        let digits = self.chapter.split('_').next().unwrap_or_default();
        digits.parse().unwrap_or_default()
    }
}

impl Ledger {
    /// Where the ledger lies among the pages.
    pub const FILE: &str = "claims.toml";

    /// The ledger beside the pages in the folder `pages`; an empty one where there is none.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read, or is not a ledger.
    pub fn load(root: &Path, pages: &Path) -> Result<Ledger, Problem> {
        let file = pages.join(Ledger::FILE);
        let problem = |reason, next: &str| Problem::in_file(root, &file, reason, next.to_owned());
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Ledger::default()),
            Err(error) => return Err(problem(format!("it {}", unread(&error)), "mend it")),
        };
        let ledger = toml::from_str(&text)
            .map_err(|error| problem(error.to_string().trim().to_owned(), "correct the claim"))?;
        Ok(Ledger { pages: pages.to_owned(), ..ledger })
    }

    /// The claims that the page of `chapter` answers.
    pub fn of<'a>(&'a self, chapter: &str) -> impl Iterator<Item = &'a Claim> {
        self.claims.iter().filter(move |claim| claim.chapter == chapter)
    }

    /// Whether the page that answers `claim` is written.
    pub fn is_answered(&self, claim: &Claim) -> bool {
        self.pages.join(&claim.chapter).with_extension("md").is_file()
    }

    /// How many claims are answered, and what the others wait for.
    pub fn summary(&self) -> String {
        let waiting: Vec<_> = self.claims.iter().filter(|claim| !self.is_answered(claim)).collect();
        let all = self.claims.len();
        let answered = all - waiting.len();
        let chapters: BTreeSet<u32> = waiting.iter().map(|claim| claim.chapter_number()).collect();
        let chapters: Vec<String> = chapters.iter().map(u32::to_string).collect();
        let plural = if chapters.len() == 1 { "" } else { "s" };
        match waiting.len() {
            0 => format!("{all} claims: all answered"),
            count => format!(
                "{all} claims: {answered} answered, {count} waiting for chapter{plural} {}",
                chapters.join(", ")
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_the_chapters_that_are_waited_for() {
        let claim = |id, chapter| {
            format!(
                "[[claim]]\nid = '{id}'\nsection = 'S1'\nsays = ''\nverdict = 'holds'\n\
                 statement = ''\nsources = ''\nchapter = '{chapter}'\n"
            )
        };
        let pages = tempfile::tempdir().unwrap();
        fs::write(pages.path().join("01_a.md"), "").unwrap();
        let claims = [claim("N01", "01_a"), claim("N02", "12_c"), claim("N03", "09_b")].concat();
        fs::write(pages.path().join(Ledger::FILE), claims).unwrap();
        let ledger = Ledger::load(pages.path(), pages.path()).unwrap();
        assert_eq!(ledger.summary(), "3 claims: 1 answered, 2 waiting for chapters 9, 12");
    }

    #[test]
    fn a_verdict_that_nobody_knows_is_refused() {
        let pages = tempfile::tempdir().unwrap();
        fs::write(pages.path().join(Ledger::FILE), "[[claim]]\nverdict = 'true'\n").unwrap();
        let problem = Ledger::load(pages.path(), pages.path()).unwrap_err();
        assert!(problem.to_string().contains("line 2"), "{problem}");
    }
}
