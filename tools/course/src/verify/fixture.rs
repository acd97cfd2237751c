//! A project in a temporary folder, with one chapter of two exercises, for tests of this module.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::mirror;
use crate::catalog::Catalog;
use crate::shipped;

const FILES: [(&str, &str); 9] = [
    (
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"exercises/*\"]\n\n\
         [workspace.package]\nversion = \"0.0.0\"\n\n\
         [workspace.lints.rust]\nunused_must_use = \"deny\"\n",
    ),
    ("Cargo.lock", "version = 4\n\n[[package]]\nname = \"sums\"\nversion = \"0.0.0\"\n"),
    (
        "exercises/01_sums/Cargo.toml",
        "[package]\nname = \"sums\"\nversion.workspace = true\nedition = \"2024\"\n\n\
         [package.metadata.course]\n\
         e1_one = { difficulty = 1, minutes = 1, track = \"core\" }\n\
         e2_two = { difficulty = 1, minutes = 1, track = \"core\" }\n\n\
         [features]\nsolution = []\n\n[lints]\nworkspace = true\n",
    ),
    (
        "exercises/01_sums/src/lib.rs",
        "#[cfg_attr(feature = \"solution\", path = \"../../../solutions/01_sums/e1_one.rs\")]\n\
         pub mod e1_one;\n\
         #[cfg_attr(feature = \"solution\", path = \"../../../solutions/01_sums/e2_two.rs\")]\n\
         pub mod e2_two;\n",
    ),
    ("exercises/01_sums/src/e1_one.rs", "edited by the learner\n"),
    ("exercises/01_sums/src/e2_two.rs", "edited by the learner\n"),
    ("exercises/01_sums/tests/e1_one.rs", "// The tests of one.\n"),
    ("exercises/01_sums/tests/e2_two.rs", "// The tests of two.\n"),
    ("solutions/01_sums/e1_one.rs", "pub fn one() -> u32 {\n    1\n}\n"),
];

const STUBS: [(&str, &str); 2] = [
    ("solutions/01_sums/stubs/e1_one.rs", "//! One.\npub fn one() -> u32 {\n    todo!()\n}\n"),
    ("solutions/01_sums/stubs/e2_two.rs", "//! Two.\npub fn two() -> u32 {\n    todo!()\n}\n"),
];

/// The project and its folder, which goes when the value does.
pub fn project() -> (TempDir, Catalog) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (file, text) in FILES.into_iter().chain(STUBS) {
        mirror::write(&folder.path().join(file), text).expect("a temporary file can be written");
    }
    let home = folder.path().join("exercises/01_sums");
    let record = shipped::record(&home).expect("the files were just written");
    mirror::write(&folder.path().join(shipped::record_file("01_sums")), record)
        .expect("a temporary file can be written");
    let mut catalog = Catalog::of(folder.path()).expect("the project is well formed");
    // Not where the environment may say: each test has a target folder of its own.
    catalog.target = folder.path().join("target");
    (folder, catalog)
}

/// The text of a file.
pub fn text(file: &Path) -> String {
    fs::read_to_string(file).expect("the file is there")
}
