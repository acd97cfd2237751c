//! Builds the submissions.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

/// The test binary of the submissions, built once.
pub static SUBMISSIONS: LazyLock<PathBuf> = LazyLock::new(|| {
    let output = Command::new(env!("CARGO"))
        .args(["test", "--package", "grade", "--test", "submissions", "--no-run"])
        .args(["--message-format=json-render-diagnostics"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo starts");
    let messages = String::from_utf8_lossy(&output.stdout);
    let executable = messages
        .lines()
        .filter_map(|line| line.split_once("\"executable\":\"")?.1.split_once('"'))
        .map(|(path, _)| PathBuf::from(path))
        .next_back();
    executable.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)))
});
