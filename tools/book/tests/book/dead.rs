//! What a writer is told about links that lead nowhere, or to another site.

use super::little::Little;

fn error_of_page(text: &str) -> String {
    let little = Little::copy();
    little.write_page(text);
    little.error()
}

#[test]
fn a_dead_link_is_refused_with_its_line() {
    let text = "[a](nowhere.md)\n[b](introduction.md#nowhere)\n[c](#nowhere)\n\
                [d](../Cargo.toml)\n![e](figures/nowhere.svg)";
    insta::assert_snapshot!(error_of_page(text), @r"
    the book has 5 problems:
      book/03_threads.md:3: `nowhere.md` leads to no page; correct the path, or add the page to the book
      book/03_threads.md:4: `introduction.md#nowhere` leads to no heading: introduction.html has no id `nowhere`; correct it, or write `{#nowhere}` behind the heading
      book/03_threads.md:5: `#nowhere` leads to no heading: 03_threads.html has no id `nowhere`; correct it, or write `{#nowhere}` behind the heading
      book/03_threads.md:6: `../Cargo.toml` leads out of the book; name the file in words instead
      book/03_threads.md:7: `figures/nowhere.svg` leads to no file; correct the path, or add the file to the book
    ");
}

#[test]
fn a_dead_link_in_a_hint_is_found_in_the_hint() {
    let little = Little::copy();
    little.write("exercises/03_threads/hints/e1_join_all.md", "one\n\n---\n\nsee [two](two.md)\n");
    insta::assert_snapshot!(little.error(), @r"
    the book has a problem:
      exercises/03_threads/hints/e1_join_all.md:5: `two.md` leads to no page; correct the path, or add the page to the book
    ");
}

#[test]
fn nothing_is_loaded_from_another_site() {
    let text = "<img src=\"https://example.org/a.png\" alt=\"\">\n\n\
                A [link](https://example.org/) may lead there.";
    insta::assert_snapshot!(error_of_page(text), @r"
    the book has a problem:
      book/03_threads.md:3: the page loads `https://example.org/a.png` from another site; put a copy into the book
    ");
}

#[test]
fn a_style_sheet_loads_nothing_from_another_site_either() {
    let little = Little::copy();
    little.write("book/a.css", "@font-face { src: url(\"https://example.org/a.woff2\") }");
    insta::assert_snapshot!(little.error(), @r"
    the book has a problem:
      book/a.css:1: the page loads `https://example.org/a.woff2` from another site; put a copy into the book
    ");
}
