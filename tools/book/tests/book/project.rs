//! The book of this project.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use book::check::files::files;
use book::render::render;
use mdbook_preprocessor::MDBOOK_VERSION;
use regex::Regex;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every file below `folder` but the search index, by its name. The library that makes the index is
/// of another version in the released mdBook; its hash is in the name of the index.
fn contents(folder: &Path) -> BTreeMap<String, String> {
    let hash = Regex::new("searchindex-[0-9a-f]{8}").unwrap();
    let mut contents = BTreeMap::new();
    for file in files(folder).unwrap() {
        let name = file.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        if !hash.is_match(&name) {
            let content = fs::read(&file).unwrap();
            let content = String::from_utf8_lossy(&content);
            contents.insert(name, hash.replace_all(&content, "searchindex").into_owned());
        }
    }
    contents
}

#[test]
fn it_renders_without_a_problem() {
    if let Err(error) = render(&root()) {
        panic!("{error:#}");
    }
}

#[test]
fn stock_mdbook_makes_the_same_pages() {
    let version = Command::new("mdbook").arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let version = version.as_deref().unwrap_or("none").trim();
    if version != format!("mdbook v{MDBOOK_VERSION}") {
        // Straight to the terminal: the harness keeps what a passing test prints.
        let _ = writeln!(
            io::stderr(),
            "skipped: stock_mdbook_makes_the_same_pages needs mdbook {MDBOOK_VERSION}, \
             installed is {version}"
        );
        return;
    }

    let stock = tempfile::tempdir().unwrap();
    let status = Command::new("mdbook")
        .args(["build", "--dest-dir"])
        .args([stock.path(), &root()])
        .env(
            "MDBOOK_PREPROCESSOR__COURSE__COMMAND",
            concat!("'", env!("CARGO_BIN_EXE_book"), "' preprocess"),
        )
        .status()
        .unwrap();
    assert!(status.success());

    let ours = render(&root()).unwrap();
    let (stock, ours) = (contents(stock.path()), contents(ours.folder()));
    assert!(ours.keys().eq(stock.keys()), "{:?} and {:?}", ours.keys(), stock.keys());
    for (name, content) in &ours {
        assert!(*content == stock[name], "{name} differs");
    }
}
