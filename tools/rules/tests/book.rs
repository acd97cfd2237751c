//! The book shows only what was compiled, run or measured, and lists what it has.

use std::collections::BTreeSet;

use rules::{Finding, assert_none, blocks, glossary, numbers, project, summary};

#[test]
fn a_block_of_code_holds_one_include() {
    let pages = project().pages();
    assert_none(pages.iter().flat_map(|(file, text)| blocks::hold_one_include(file, text)));
}

#[test]
fn a_measured_number_comes_from_a_lab() {
    let pages = project().pages();
    assert_none(pages.iter().flat_map(|(file, text)| numbers::come_from_labs(file, text)));
}

#[test]
fn the_summary_lists_every_page_under_its_title() {
    let project = project();
    assert_none(summary::lists(&project.read("book/SUMMARY.md"), &project.pages()));
}

#[test]
fn the_glossary_leads_to_where_a_term_is_introduced() {
    let project = project();
    assert_none(glossary::defines(&project.read("book/glossary.md"), &project.pages()));
}

#[test]
fn the_map_leads_to_every_chapter() {
    let project = project();
    let map = project.read("book/map.md");
    let chapters: BTreeSet<&str> =
        project.catalog.exercises.iter().map(|e| e.chapter.as_str()).collect();
    let missing =
        chapters.into_iter().filter(|chapter| !map.contains(&format!("\"{chapter}.md\"")));
    assert_none(missing.map(|chapter| {
        let reason = format!("no link leads to {chapter}.md");
        Finding::new("book/map.md", reason, "write one beside the actors of the chapter")
    }));
}
