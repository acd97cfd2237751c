//! Runs submissions, as this user or as another, and reads what the grader reports.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use course::report::{self, TestReport};
use tempfile::TempDir;

use super::SUBMISSIONS;

/// The test binary of the submissions, where a user can run it.
pub struct Site {
    folder: TempDir,
    binary: PathBuf,
    user: Option<u32>,
}

impl Site {
    /// For the user who runs this program; another user needs root, and gets a copy of the binary.
    pub fn new(user: Option<u32>) -> Site {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut binary = SUBMISSIONS.clone();
        if user.is_some() {
            binary = folder.path().join("submissions");
            fs::copy(&*SUBMISSIONS, &binary).expect("the submissions can be copied");
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))
                .expect("the folder is ours");
        }
        Site { folder, binary, user }
    }

    /// A command that runs the submissions as the user of this site.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.current_dir(self.folder.path()).env("RUST_BACKTRACE", "0");
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        command
    }

    /// Runs a command of [`Site::command`]; returns what it prints and what the grader reports.
    pub fn run(&self, mut command: Command) -> (Output, Vec<TestReport>) {
        let folder = tempfile::tempdir_in(self.folder.path()).expect("the folder is there");
        chown(folder.path(), self.user, self.user).expect("a folder can be given away by root");
        let report = folder.path().join("report");
        let output = command.env("GRADE_REPORT", &report).output().expect("the submissions start");
        let report = fs::read_to_string(report).unwrap_or_default();
        (output, report::parse(&report).expect("the report is whole"))
    }

    /// Runs one submission, which must be reported once, and as libtest counts it.
    pub fn judge(&self, name: &str) -> TestReport {
        let mut command = self.command();
        command.args([name, "--exact"]);
        let (output, reports) = self.run(command);
        let [report] = &reports[..] else { panic!("one report of {name}: {output:?}") };
        assert_eq!(report.name, name);
        assert_eq!(output.status.success(), report.passed(), "{report:?}");
        report.clone()
    }
}

/// The verdict and its reason, without what differs from run to run: numbers of processes.
pub fn said(report: &TestReport) -> String {
    let text = format!("{}: {}", report.verdict, report.message);
    let mut parts = text.split("PID ");
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        said += "PID _";
        said += part.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    said
}
