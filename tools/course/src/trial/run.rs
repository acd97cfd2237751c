//! Runs the tests of an exercise and reads the report of the grader.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::start;
use crate::report::{self, TestReport};
use crate::stop::Stop;

/// The most that is kept of what the tests print, in bytes.
const MOST_OUTPUT: u64 = 1 << 20;

/// Each test has a limit of its own; this one ends a binary that never reaches its tests.
const LIMIT: Duration = Duration::from_secs(600);

/// A binary lists its tests at once, unless something in it runs before them.
const LISTING_LIMIT: Duration = Duration::from_secs(20);

/// What came of running the tests.
#[derive(Debug)]
pub struct Trial {
    /// Whether the test binary says that all went well.
    pub success: bool,
    /// The end of what the tests printed.
    pub output: String,
    /// What the grader reports, in the order in which the tests ended.
    pub tests: Vec<TestReport>,
    /// The tests that should have been run and were not reported.
    pub missing: Vec<String>,
}

impl Trial {
    /// Whether every test ran and passed, and there was one.
    pub fn solved(&self) -> bool {
        self.success
            && self.missing.is_empty()
            && !self.tests.is_empty()
            && self.tests.iter().all(TestReport::passed)
    }
}

/// Runs the tests of a binary, or the one test named, in the folder of their package.
///
/// # Errors
///
/// Fails where the binary cannot be started or does not end.
pub fn run(binary: &Path, package: &Path, test: Option<&str>) -> Result<Trial> {
    run_until(binary, package, test, None)
}

/// As [`run`]; `stop` ends it early, and then what it returns means nothing.
///
/// # Errors
///
/// As [`run`].
pub fn run_until(
    binary: &Path,
    package: &Path,
    test: Option<&str>,
    stop: Option<&Stop>,
) -> Result<Trial> {
    let wanted: BTreeSet<String> = match test {
        Some(test) => BTreeSet::from([test.to_owned()]),
        None => list(binary, package, stop)?,
    };
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let (report, printed) = (folder.path().join("report"), folder.path().join("printed"));
    // A file, not a pipe: nobody can hold it open and keep us waiting.
    let output = File::create(&printed)?;

    let mut command = Command::new(binary);
    command
        .args(test.map(|test| [test, "--exact"]).into_iter().flatten())
        .current_dir(package)
        .env("GRADE_REPORT", &report)
        .env_remove("GRADE_INPROC")
        // The report names the place; a backtrace would bury it.
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output);
    let mut tests = start(&mut command, stop).with_context(|| cannot_start(binary))?;
    let status = wait_within(LIMIT, &mut tests)?;

    let tests = report::parse(&fs::read_to_string(&report).unwrap_or_default())?;
    let reported: BTreeSet<&str> = tests.iter().map(|test| test.name.as_str()).collect();
    let missing = wanted.iter().filter(|name| !reported.contains(name.as_str())).cloned().collect();
    Ok(Trial { success: status.success(), output: last_part(&printed)?, tests, missing })
}

/// The names of the tests in a binary.
fn list(binary: &Path, package: &Path, stop: Option<&Stop>) -> Result<BTreeSet<String>> {
    let listed = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
    let mut command = Command::new(binary);
    command
        .args(["--list", "--format=terse"])
        .current_dir(package)
        .stdin(Stdio::null())
        .stdout(listed.reopen()?)
        .stderr(Stdio::null());
    let mut listing = start(&mut command, stop).with_context(|| cannot_start(binary))?;
    wait_within(LISTING_LIMIT, &mut listing)?;
    let lines = last_part(listed.path())?;
    Ok(lines.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

/// Waits for a test binary. Where it is ended, its supervisors notice and end their tests.
fn wait_within(limit: Duration, child: &mut Child) -> Result<ExitStatus> {
    let (done, status) = mpsc::channel();
    thread::scope(|scope| {
        let pid = child.id();
        scope.spawn(move || done.send(child.wait()));
        match status.recv_timeout(limit) {
            Ok(status) => Ok(status?),
            Err(_) => {
                // SAFETY: the process has not been waited for, so its number is still its own.
                unsafe { libc::kill(pid.cast_signed(), libc::SIGKILL) };
                bail!("the test binary did not end within {} s", limit.as_secs())
            }
        }
    })
}

fn cannot_start(binary: &Path) -> String {
    format!("cannot start the tests {}", binary.display())
}

fn last_part(file: &Path) -> Result<String> {
    let mut file = File::open(file)?;
    let surplus = file.metadata()?.len().saturating_sub(MOST_OUTPUT);
    file.seek(SeekFrom::Start(surplus))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
