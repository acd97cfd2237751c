//! Runs one submission and reads what the grader says of it.

use std::fmt::{self, Display};
use std::fs;
use std::process::Command;

use crate::support::SUBMISSIONS;

/// What the grader said of one submission.
pub struct Judged {
    pub kind: String,
    /// Without process numbers, which differ from run to run.
    pub message: String,
    /// What the submission printed, notes of the grader among it.
    pub output: String,
}

impl Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

/// Runs a submission.
pub fn verdict(name: &str) -> Judged {
    verdict_of(&mut Command::new(&*SUBMISSIONS), name)
}

/// Runs a submission; the command starts the binary, and may change how.
pub fn verdict_of(command: &mut Command, name: &str) -> Judged {
    let report = tempfile::NamedTempFile::new().unwrap();
    let output = command
        .args([name, "--exact"])
        .env("GRADE_REPORT", report.path())
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let text = fs::read_to_string(report.path()).unwrap();
    let line = text.strip_suffix('\n').expect("one line of report");
    let fields: Vec<&str> = line.split('\t').collect();
    let [told, kind, _milliseconds, message, _hint, printed] = fields[..] else {
        panic!("{line:?}")
    };
    assert_eq!(told, name);
    assert_eq!(output.status.success(), kind == "pass", "{line}");
    let [message, output] = [message, printed].map(|text| without_pids(&unescaped(text)));
    Judged { kind: kind.to_owned(), message, output }
}

fn unescaped(text: &str) -> String {
    text.replace(r"\n", "\n").replace(r"\\", "\\")
}

/// Replaces what follows `PID ` by a letter.
fn without_pids(text: &str) -> String {
    let mut parts = text.split("PID ");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        clean += "PID _";
        clean += part.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    clean
}
