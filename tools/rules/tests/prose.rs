//! How the project speaks, and what it does not speak of.

use rules::{assert_none, graded, places, project, words};

#[test]
fn prose_is_free_of_idle_words() {
    let pages = project().texts(|file| {
        let ours = file.starts_with("book/") || file.contains("/hints/") || !file.contains('/');
        ours && file.ends_with(".md")
    });
    assert_none(pages.iter().flat_map(|(file, text)| words::of_page(file, text)));
}

#[test]
fn comments_are_free_of_idle_words() {
    let sources = project().texts(|file| file.ends_with(".rs") || file.ends_with(".patch"));
    assert_none(sources.iter().flat_map(|(file, text)| words::of_source(file, text)));
}

#[test]
fn no_lint_is_silenced_for_good() {
    let sources = project().texts(|file| file.ends_with(".rs"));
    assert_none(sources.iter().flat_map(|(file, text)| graded::no_allow(file, text)));
}

#[test]
fn nothing_names_a_place_on_one_machine() {
    let project = project();
    let binary = [".png", ".ico", ".woff2", ".gz"];
    let texts = project.texts(|file| !binary.iter().any(|extension| file.ends_with(extension)));
    assert_none(texts.iter().flat_map(|(file, text)| places::absolute_paths(file, text)));
}
