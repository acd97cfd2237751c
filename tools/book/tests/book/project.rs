//! The book of this project.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use book::check::files::files;
use book::render::render;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every file below `folder`, by its name.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = files(folder).unwrap();
    let named = |file: &PathBuf| file.strip_prefix(folder).unwrap().to_owned();
    files.iter().map(|file| (named(file), fs::read(file).unwrap())).collect()
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
    let Ok(version) = version else {
        // Straight to the terminal: the harness keeps what a passing test prints.
        let _ = writeln!(
            io::stderr(),
            "skipped: mdbook is not installed (stock_mdbook_makes_the_same_pages)"
        );
        return;
    };
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    assert!(version.contains("v0.5."), "install mdbook 0.5, this is {version}");

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
    let names = |pages: &BTreeMap<PathBuf, Vec<u8>>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&stock));
    for (name, content) in &ours {
        assert!(content == &stock[name], "{} differs", name.display());
    }
}
