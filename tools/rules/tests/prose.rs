//! How the project speaks, and what it does not speak of.

use rules::{assert_none, graded, places, project, words};

#[test]
fn prose_is_free_of_idle_words() {
    let mut pages = project().shared_texts(&[".md"]);
    pages.retain(|(file, _)| {
        file.starts_with("book/") || file.contains("/hints/") || !file.contains('/')
    });
    assert_none(pages.iter().flat_map(|(file, text)| words::of_page(file, text)));
}

#[test]
fn comments_are_free_of_idle_words() {
    let sources = project().shared_texts(&[".rs", ".patch"]);
    assert_none(sources.iter().flat_map(|(file, text)| words::of_source(file, text)));
}

#[test]
fn no_lint_is_silenced_for_good() {
    let sources = project().shared_texts(&[".rs"]);
    assert_none(sources.iter().flat_map(|(file, text)| graded::no_allow(file, text)));
}

#[test]
fn nothing_names_a_place_on_one_machine() {
    let texts = project().shared_texts(&[""]);
    assert_none(texts.iter().flat_map(|(file, text)| places::absolute_paths(file, text)));
}
