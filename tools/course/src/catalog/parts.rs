//! The parts of the book, as its table of contents has them.

use anyhow::Result;

use super::{Catalog, read};

/// A part of the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub title: String,
    /// The names of its chapters, such as `02_lifecycle`.
    pub chapters: Vec<String>,
}

impl Catalog {
    /// The parts, in order. A title stands above the chapters of each.
    ///
    /// # Errors
    ///
    /// Fails where `book/SUMMARY.md` cannot be read.
    pub fn parts(&self) -> Result<Vec<Part>> {
        let mut parts: Vec<Part> = Vec::new();
        let summary = read(&self.root.join("book/SUMMARY.md"))?;
        // The first title is that of the file.
        let titles = |line: &str| line.strip_prefix("# ").map(str::to_owned);
        for line in summary.lines().skip_while(|line| titles(line).is_none()).skip(1) {
            if let Some(title) = titles(line) {
                parts.push(Part { title, chapters: Vec::new() });
            } else if let (Some(part), Some(page)) = (parts.last_mut(), page(line)) {
                part.chapters.push(page.to_owned());
            }
        }
        Ok(parts)
    }
}

/// The page that a line links to: `02_lifecycle` for `- [Birth](02_lifecycle.md)`.
fn page(line: &str) -> Option<&str> {
    line.split_once("](")?.1.split_once(".md)").map(|(page, _)| page)
}
