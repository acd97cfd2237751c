//! Runs submissions and reads what the grader says of them.

use std::fmt::{self, Display};
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Output};

use course::report::{self, TestReport};
use nix::errno::Errno;
use nix::libc;

use super::build::SUBMISSIONS;

/// What the grader said of one submission, without process numbers, which differ from run to run.
pub struct Judged {
    pub name: String,
    pub kind: String,
    pub message: String,
    /// What the submission printed, notes of the grader among it.
    pub output: String,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

impl Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

/// Runs a submission.
pub fn verdict(name: &str) -> Judged {
    let mut command = Command::new(&*SUBMISSIONS);
    inherit_nothing(&mut command);
    verdict_of(&mut command, name)
}

/// Runs a submission; the command starts the binary, and may change how.
///
/// The kind is `none` where the submission is not reported once, or libtest counts it otherwise.
pub fn verdict_of(command: &mut Command, name: &str) -> Judged {
    let (output, mut judged) = verdicts_of(command.args([name, "--exact"]));
    match (judged.pop(), judged.pop()) {
        (Some(one), None)
            if one.name == name && output.status.success() == (one.kind == "pass") =>
        {
            one
        }
        (one, _) => Judged {
            name: name.to_owned(),
            kind: "none".to_owned(),
            message: one.map(|one| format!("{one}, {} ms", one.ms)).unwrap_or_default(),
            output: format!("{output:?}"),
            ms: 0,
        },
    }
}

/// Runs a command with the submissions of its arguments; returns what it prints and all verdicts.
pub fn verdicts_of(command: &mut Command) -> (Output, Vec<Judged>) {
    // Whoever the command runs as can reach the folder and write to the file.
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let path = folder.path().join("report");
    File::create(&path).unwrap().set_permissions(Permissions::from_mode(0o666)).unwrap();

    let output = command.env("GRADE_REPORT", &path).env("RUST_BACKTRACE", "0").output().unwrap();
    let reports = report::parse(&fs::read_to_string(path).unwrap()).unwrap();
    (output, reports.into_iter().map(Judged::from).collect())
}

/// Keeps the descriptors that the tests themselves were given away from the command, so that
/// descriptors have the same numbers everywhere.
fn inherit_nothing(command: &mut Command) {
    let close_on_exec = || {
        // SAFETY: the call takes three numbers, and closes nothing before exec.
        let done =
            unsafe { libc::close_range(3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC as i32) };
        Errno::result(done)?;
        Ok(())
    };
    // SAFETY: the closure makes one system call, which is async-signal-safe.
    unsafe { command.pre_exec(close_on_exec) };
}

impl From<TestReport> for Judged {
    fn from(report: TestReport) -> Judged {
        let [message, output] = [report.message, report.output].map(|text| without_pids(&text));
        Judged { name: report.name, kind: report.verdict, message, output, ms: report.ms }
    }
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
