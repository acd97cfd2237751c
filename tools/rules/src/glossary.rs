//! Who follows a link of the glossary comes to where the term is introduced.

use crate::finding::Finding;
use crate::page::{emphasized, links};

/// The rows of `glossary` whose links lead to sections of `pages` that do not set the term in italics. What
/// stands in parentheses behind a term is not a part of it.
pub fn defines(glossary: &str, pages: &[(&str, String)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for row in glossary.lines().filter(|line| line.starts_with('|')) {
        let cell = row.split('|').nth(1).unwrap_or_default();
        let term = cell.split('(').next().unwrap_or_default().trim();
        for (_, to) in links(row) {
            let (file, fragment) = to.split_once('#').unwrap_or((&to, ""));
            let page = pages.iter().find(|(name, _)| name.strip_prefix("book/") == Some(file));
            let words = page.map(|(_, text)| emphasized(text, fragment)).unwrap_or_default();
            let lower = term.to_lowercase();
            if !words.iter().any(|word| word.to_lowercase().contains(&lower)) {
                let reason = format!("{to} does not introduce \"{term}\"");
                let mend = "name the section that has the term in italics";
                findings.push(Finding::new("book/glossary.md", reason, mend));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_another_section_is_found() {
        let page = "# A\n\n## One\n\nThis is *the\nFIFO*.\n\n## Two\n\nA *pipe* is no FIFO.\n";
        let glossary = "| term | defined in |\n|---|---|\n| FIFO (named) | [a](a.md#one) |\n\
                        | fifo | [a](a.md#two) |\n| pipe | [a](a.md#two), [b](b.md#two) |\n| A | [a](a.md) |\n";
        let found = defines(glossary, &[("book/a.md", page.to_owned())]);
        let found: Vec<String> = found.iter().map(Finding::to_string).collect();
        insta::assert_snapshot!(found.join("\n"), @r#"
        book/glossary.md: a.md#two does not introduce "fifo"; name the section that has the term in italics
        book/glossary.md: b.md#two does not introduce "pipe"; name the section that has the term in italics
        book/glossary.md: a.md does not introduce "A"; name the section that has the term in italics
        "#);
    }
}
