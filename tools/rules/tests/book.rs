//! The book shows only what was compiled, run or measured, and lists what it has.

use rules::{assert_none, blocks, numbers, project, summary};

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
