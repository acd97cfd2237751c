//! Whether each claim is answered where the ledger says, by something that exists.

use std::fs;
use std::path::Path;

use course::catalog::Catalog;

use super::{Claim, Ledger, Verdict};
use crate::check::directive::directives;
use crate::problem::{Problem, relative};

impl Ledger {
    /// What is wrong with the claims.
    pub fn problems(&self, catalog: &Catalog) -> Vec<Problem> {
        let file = self.pages.join(Ledger::FILE);
        let mut found = Vec::new();
        for (at, claim) in self.claims.iter().enumerate() {
            let mut add = |reason: String, next: &str| {
                let reason = format!("{} {reason}", claim.id);
                found.push(Problem::in_file(&catalog.root, &file, reason, next.to_owned()));
            };
            if self.claims[..at].iter().any(|other| other.id == claim.id) {
                add("stands there twice".to_owned(), "keep one");
            }
            if !self.sections.contains_key(&claim.section) {
                add(format!("names no section of the notes: {}", claim.section), "correct it");
            }
            if (claim.verdict == Verdict::Outdated) != claim.since.is_some() {
                add("is outdated without a date, or dated".to_owned(), "correct `since`");
            }
            for (reason, next) in self.answer_problems(catalog, claim) {
                add(reason, next);
            }
        }
        found
    }

    /// What is wrong with the answer to `claim`: reasons, each with the next step.
    fn answer_problems(&self, catalog: &Catalog, claim: &Claim) -> Vec<(String, &'static str)> {
        let page = self.pages.join(&claim.chapter).with_extension("md");
        let Ok(text) = fs::read_to_string(&page) else {
            return match claim.shown.is_empty() {
                true => Vec::new(),
                false => vec![(
                    "is shown by a chapter that is not written".to_owned(),
                    "take `shown` away, or write the page",
                )],
            };
        };
        let shown_page = relative(&catalog.root, &page);
        let has = |name: &str, argument: &str| {
            directives(&text).any(|found| found.name == name && found.argument == argument)
        };
        let mut found = Vec::new();
        if !has("claim", &claim.id) {
            let reason = format!("is not cited on {}", shown_page.display());
            found.push((reason, "write `{{#claim ..}}` where the page answers it"));
        }
        if !has("verdicts", "") {
            let reason = format!("has no verdict on {}", shown_page.display());
            found.push((reason, "write `{{#verdicts}}` near the end of the page"));
        }
        if claim.shown.is_empty() {
            found.push(("is shown by nothing".to_owned(), "name what shows it in `shown`"));
        }
        let mut missing = claim.shown.missing(catalog, &claim.chapter, &text);
        found.extend(missing.drain(..).map(|what| {
            (
                format!("is shown by {what}, which {} has not", shown_page.display()),
                "correct `shown`",
            )
        }));
        found
    }
}

impl super::Evidence {
    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        self.exercises.is_empty() && self.listings.is_empty() && self.labs.is_empty()
    }

    /// What is named and does not exist, or is not on the page with this text.
    fn missing(&self, catalog: &Catalog, chapter: &str, text: &str) -> Vec<String> {
        let is_exercise = |name: &String| {
            catalog.exercises.iter().any(|e| e.chapter == chapter && e.target == *name)
        };
        let listings = Path::new("listings").join(chapter);
        let labs = Path::new("labs/src/bin");
        let places = |name: &String, folders: &[&Path], extensions: &[&str]| {
            let exists = folders.iter().any(|folder| {
                let file = catalog.root.join(folder).join(name);
                file.is_dir() || extensions.iter().any(|e| file.with_extension(e).is_file())
            });
            exists && text.contains(&format!("/{name}."))
        };
        let is_listing = |name: &String| {
            let folders = [&*listings.join("examples"), &*listings.join("compile_fail")];
            places(name, &folders, &["rs", "py"])
        };
        let is_lab = |name: &String| places(name, &[labs], &["rs"]);
        let missing = |what: &str, names: &[String], is_there: &dyn Fn(&String) -> bool| {
            let names = names.iter().filter(|name| !is_there(name));
            names.map(|name| format!("the {what} `{name}`")).collect::<Vec<_>>()
        };
        [
            missing("exercise", &self.exercises, &is_exercise),
            missing("listing", &self.listings, &is_listing),
            missing("lab", &self.labs, &is_lab),
        ]
        .concat()
    }
}
