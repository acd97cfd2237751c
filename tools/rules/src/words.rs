//! Words that the project does without: they talk a difficulty away, or hide that a fact was not
//! looked up.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::Finding;
use crate::page::{Passage, prose};

static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:simply|just|obviously|probably)\b").expect("the pattern is a constant")
});

/// The words in the prose of `page` that should not be there.
pub fn of_page(file: &str, page: &str) -> Vec<Finding> {
    prose(page).iter().flat_map(|passage| of_passage(file, passage)).collect()
}

/// The words in the comments of Rust code, or in the head of a mistake, that should not be there.
pub fn of_source(file: &str, source: &str) -> Vec<Finding> {
    let said =
        |line: &str| ["//", "why: "].iter().any(|start| line.trim_start().starts_with(start));
    let lines = (1..).zip(source.lines()).filter(|(_, line)| said(line));
    lines.flat_map(|(number, line)| of_passage(file, &Passage::on_line(number, line))).collect()
}

fn of_passage(file: &str, passage: &Passage) -> Vec<Finding> {
    let text = &passage.text;
    let finding = |word: regex::Match<'_>| {
        let quoted = text[..word.start()].ends_with('"') && text[word.end()..].starts_with('"');
        (!quoted).then(|| {
            let reason = format!("\"{}\" helps nobody", word.as_str());
            let mend = "leave it out, or say how you know";
            Finding::at(file, passage.line(word.start()), reason, mend)
        })
    };
    WORDS.find_iter(text).filter_map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_word_is_found_with_its_line() {
        let found = of_page("book/a.md", "One.\n\nYou simply\ncall it. Just so.\n");
        let found: Vec<String> = found.iter().map(Finding::to_string).collect();
        insta::assert_snapshot!(found.join("\n"), @r#"
        book/a.md:3: "simply" helps nobody; leave it out, or say how you know
        book/a.md:4: "Just" helps nobody; leave it out, or say how you know
        "#);
    }

    #[test]
    fn quotes_code_and_other_words_are_left_alone() {
        let page = "No \"simply\", no `just`. Adjust it.\n\n```text\nprobably\n```\n";
        assert_eq!(of_page("book/a.md", page), []);
    }

    #[test]
    fn comments_are_read_and_code_is_not() {
        let found = of_source("a.rs", "let just = 1;\n    /// It is just one.\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("a.rs:2: "));
    }
}
