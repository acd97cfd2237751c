//! A block of code holds one include and nothing else, so that all code and output on a page was
//! compiled, run or measured. Only what is drawn by hand stands on the page itself.

use crate::finding::Finding;
use crate::page::{CodeBlock, code_blocks};

/// What a drawn block is tagged with.
const DRAWN: &str = "diagram";

/// The blocks of `page` that hold anything else.
pub fn hold_one_include(file: &str, page: &str) -> Vec<Finding> {
    code_blocks(page).iter().filter_map(|block| finding(file, block)).collect()
}

fn finding(file: &str, block: &CodeBlock) -> Option<Finding> {
    let Some(info) = &block.info else {
        let mend = "fence it with ```";
        return Some(Finding::at(file, block.line, "this block is code by its indentation", mend));
    };
    let drawn = info.split(',').any(|word| word.trim() == DRAWN);
    if drawn || is_one_include(&block.content) {
        return None;
    }
    Some(Finding::at(
        file,
        block.line,
        "this block is typed by hand",
        format!(
            "move it into a file that is compiled, run or measured, such as a listing, and write \
             one {{{{#include ..}}}} in its place; tag a drawing `{DRAWN}`"
        ),
    ))
}

fn is_one_include(content: &str) -> bool {
    let content = content.trim();
    let inner = ["{{#include ", "{{#rustdoc_include "]
        .iter()
        .find_map(|start| content.strip_prefix(start))
        .and_then(|rest| rest.strip_suffix("}}"));
    inner.is_some_and(|inner| !inner.contains("{{"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_include_and_a_drawing_are_right() {
        let page = "```rust\n{{#include ../listings/a.rs:b}}\n```\n\n```diagram\na --> b\n```\n";
        assert_eq!(hold_one_include("book/a.md", page), []);
    }

    #[test]
    fn code_on_the_page_is_found() {
        let wrong = "```rust\nfn main() {}\n```\n\n    indented\n\n\
                     ```text\n{{#include a}}\n{{#include b}}\n```\n";
        let found = hold_one_include("book/a.md", wrong);
        let found: Vec<String> = found.iter().map(Finding::to_string).collect();
        insta::assert_snapshot!(found.join("\n"), @r"
        book/a.md:1: this block is typed by hand; move it into a file that is compiled, run or measured, such as a listing, and write one {{#include ..}} in its place; tag a drawing `diagram`
        book/a.md:5: this block is code by its indentation; fence it with ```
        book/a.md:7: this block is typed by hand; move it into a file that is compiled, run or measured, such as a listing, and write one {{#include ..}} in its place; tag a drawing `diagram`
        ");
    }
}
