//! What a writer is told about a book that is wrong.

use super::little::Little;

fn error_of_page(text: &str) -> String {
    let little = Little::copy();
    little.write(
        "listings/a.rs",
        "// ANCHOR: one\nfn one() {}\n// ANCHOR_END: one\n// ANCHOR: two\n",
    );
    little.write_page(text);
    little.error()
}

#[test]
fn an_include_that_leads_nowhere_is_refused() {
    let text = "{{#include ../listings/b.rs:one}}\n{{#include ../listings/a.rs:three}}\n\
                {{#include ../listings/a.rs:two}}\n{{#include ../listings/a.rs:7}}\n\
                {{#include ../listings/a.rs}}";
    insta::assert_snapshot!(error_of_page(text), @r"
    the book has 5 problems:
      book/03_threads.md:3: the included file listings/b.rs is missing; create it or correct the path in `{{#include ../listings/b.rs:one}}`
      book/03_threads.md:4: listings/a.rs has no anchor `three`; add `ANCHOR: three` to it, or correct the name
      book/03_threads.md:5: listings/a.rs never ends the anchor `two`; add `ANCHOR_END: two`
      book/03_threads.md:6: listings/a.rs has 4 lines; correct `:7`, or include an anchor, which moves with the code
      book/03_threads.md:7: listings/a.rs has anchors, which would be printed; include an anchor, or take the anchors out of the file
    ");
}

#[test]
fn a_directive_that_nobody_knows_is_refused() {
    insta::assert_snapshot!(error_of_page("{{#inlcude ../listings/a.rs:one}}"), @r"
    the book has a problem:
      book/03_threads.md:3: `{{#inlcude}}` is no directive of this book; use include, exercise, claim, verdicts, ledger, labs or title, or write a backslash before it
    ");
}

#[test]
fn files_that_include_each_other_are_refused() {
    let little = Little::copy();
    little.write("book/part.txt", "{{#include part.txt}}");
    little.write_page("{{#include part.txt}}");
    insta::assert_snapshot!(little.error(), @r"
    the book has a problem:
      book/part.txt:1: book/part.txt includes itself; break the circle
    ");
}

#[test]
fn an_exercise_that_does_not_exist_or_is_set_twice_is_refused() {
    let text = "{{#exercise e1_join_all}}\n{{#exercise e1_join_all}}\n{{#exercise e2_gone}}\n\
                see {{#exercise e1_join_all}}";
    insta::assert_snapshot!(error_of_page(text), @r"
    the book has 3 problems:
      book/03_threads.md:4: the page sets `e1_join_all` twice; keep one
      book/03_threads.md:5: there is no exercise `e2_gone`; this chapter has `e1_join_all`
      book/03_threads.md:6: `{{#exercise e1_join_all}}` shares its line; give it a line of its own
    ");
}

#[test]
fn an_exercise_of_another_chapter_is_refused() {
    let little = Little::copy();
    little.write("book/introduction.md", "# Introduction\n\n{{#exercise e1_join_all}}\n");
    insta::assert_snapshot!(little.error(), @r"
    the book has a problem:
      book/introduction.md:3: `e1_join_all` belongs to book/03_threads.md; move the directive there
    ");
}

#[test]
fn a_missing_first_failure_says_how_to_record_it() {
    let little = Little::copy();
    little.remove("solutions/03_threads/stubs/e1_join_all.out");
    insta::assert_snapshot!(little.error(), @r"
    the book has a problem:
      solutions/03_threads/stubs/e1_join_all.out: it is missing; record what the stub fails with: `SNAPSHOTS=overwrite cargo test -p rules`
    ");
}

#[test]
fn a_mistake_that_cannot_be_read_is_named() {
    let little = Little::copy();
    let file = "solutions/03_threads/mistakes/e1_join_all/one_after_the_other.patch";
    little.write(file, "kind: panic\n");
    insta::assert_snapshot!(little.error(), @r"
    the book has a problem:
      solutions/03_threads/mistakes/e1_join_all: cannot use the mistake solutions/03_threads/mistakes/e1_join_all/one_after_the_other.patch: no line begins with `--- a/`: add a patch; mend it
    ");
}

#[test]
fn what_mdbook_only_warns_of_is_refused() {
    insta::assert_snapshot!(error_of_page("<details>\n\nnever closed"), @r"
    mdBook is not content with a page; mend it:
      unclosed HTML tag `<details>` found in `03_threads.md`
    ");
}

#[test]
fn pages_never_replace_their_sources() {
    let little = Little::copy();
    little.write("book.toml", "[book]\nsrc = \"book\"\n");
    let error = little.error().replace(little.root().to_str().unwrap(), "ROOT");
    insta::assert_snapshot!(error, @"the pages would replace their own sources in ROOT/book; set `build-dir` in book.toml");
    assert!(little.root().join("book/03_threads.md").exists());
}

#[test]
fn pages_are_checked_before_mdbook_fills_them_in() {
    let little = Little::copy();
    let toml = "[book]\nsrc = \"book\"\n[build]\nbuild-dir = \"target/book\"\n";
    little.write("book.toml", toml);
    insta::assert_snapshot!(little.error(), @r#"the includes would be gone before they are checked; say `preprocessor.course.before = ["links"]` in book.toml"#);
}

#[test]
fn a_broken_book_leaves_the_pages_of_before_alone() {
    let little = Little::copy();
    let place = book::render::render(&little.root()).unwrap().publish().unwrap();
    little.write_page("{{#include nowhere.rs}}");
    little.error();
    assert!(place.join("03_threads.html").exists());
    let left: Vec<_> = std::fs::read_dir(place.parent().unwrap()).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}
