//! The highlighter of the book is mdBook's without the languages that no page here has, a quarter
//! of the bytes, and with a few lines that make it wait.

use std::fs;
use std::path::Path;

use mdbook_driver::MDBook;

/// What pages are written in, by the names that the highlighter has; `c` is made of `c-like`, and
/// TOML is a kind of `ini`.
const LANGUAGES: [&str; 10] =
    ["bash", "c", "c-like", "diff", "ini", "json", "plaintext", "python", "rust", "shell"];

#[test]
fn the_highlighter_knows_the_languages_of_the_pages_alone_and_waits() {
    let folder = tempfile::tempdir().unwrap();
    MDBook::init(folder.path()).copy_theme(true).build().unwrap();
    let whole = fs::read_to_string(folder.path().join("theme/highlight.js")).unwrap();

    // Each language is a line of its own.
    let mut wanted: String = whole
        .split_inclusive('\n')
        .filter(|line| match line.strip_prefix("hljs.registerLanguage(\"") {
            Some(rest) => LANGUAGES.iter().any(|name| rest.starts_with(&format!("{name}\""))),
            None => true,
        })
        .collect();

    let theme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/theme");
    wanted += &fs::read_to_string(theme.join("highlight_later.js")).unwrap();

    let file = theme.join("highlight.js");
    if std::env::var_os("SNAPSHOTS").is_some_and(|action| action == "overwrite") {
        fs::write(&file, &wanted).unwrap();
    }
    assert!(
        fs::read_to_string(&file).is_ok_and(|ours| ours == wanted),
        "book/theme/highlight.js is not what is left of mdBook's and highlight_later.js; \
         record it with `SNAPSHOTS=overwrite cargo test -p book`"
    );
}
