//! Runs the tests of an exercise and reads the report of the grader.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use nix::fcntl::OFlag;
use tempfile::TempDir;

use super::patience::{self, Patience};
use super::start;
use crate::cage::{Cage, TOO_LONG};
use crate::report::{self, TestReport};
use crate::stop::Stop;

/// The most that is kept of what the tests print, in bytes.
const MOST_OUTPUT: u64 = 1 << 20;

/// The most that is read of a report, in bytes. The grader bounds what each test adds.
const MOST_REPORTED: u64 = 64 << 20;

/// What came of running the tests.
#[derive(Debug, Default)]
pub struct Trial {
    /// Whether the test binary says that all went well.
    pub success: bool,
    /// The end of what the tests printed.
    pub output: String,
    /// What the grader reports, in the order in which the tests ended.
    pub tests: Vec<TestReport>,
    /// The tests that should have been run and were not reported.
    pub missing: Vec<String>,
    /// Why the test binary was ended before it ended by itself, if it was.
    pub ended: Option<String>,
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

/// How tests are run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Runner<'a> {
    /// Ends them early; what comes of them then means nothing.
    pub stop: Option<&'a Stop>,
    /// How many tests of a binary run at once: as many as there are processors, if nothing is said.
    pub threads: Option<usize>,
    /// What contains them, where they are somebody else's.
    pub cage: Option<&'a Cage>,
}

/// Runs the tests of a binary, or the one test named, in the folder of their package.
///
/// # Errors
///
/// Fails where the binary cannot be started.
pub fn run(binary: &Path, package: &Path, test: Option<&str>) -> Result<Trial> {
    Runner::default().run(binary, package, test)
}

impl Runner<'_> {
    /// As [`run`].
    ///
    /// # Errors
    ///
    /// As [`run`].
    pub fn run(&self, binary: &Path, package: &Path, test: Option<&str>) -> Result<Trial> {
        let folder = match self.cage {
            Some(cage) => cage.room()?,
            None => tempfile::tempdir().context("cannot make a temporary folder")?,
        };
        // Beside the tests: a binary lists its tests at once.
        let listing = match test {
            Some(_) => None,
            None => Some(self.start(binary, package, &folder, "listed", |command| {
                command.args(["--list", "--format=terse"]);
            })?),
        };
        let report = folder.path().join("report");
        let tests = self.start(binary, package, &folder, "printed", |command| {
            command
                .args(test.map(|test| [test, "--exact"]).into_iter().flatten())
                .args(self.threads.map(|threads| format!("--test-threads={threads}")))
                .env("GRADE_REPORT", &report);
        })?;
        let (mut tests, printed) = tests;
        let (status, mut ended) = patience::wait(&mut tests, &report, &Patience::DEFAULT)?;
        if let Some(cage) = self.cage.filter(|_| status.code() == Some(TOO_LONG.into())) {
            let limit = cage.limit.as_secs();
            ended = Some(format!("it was not done after {limit} s, so it was ended"));
        }

        let wanted = match (test, listing) {
            (None, Some((mut listing, listed))) => {
                patience::wait(&mut listing, &report, &Patience::DEFAULT)?;
                names(&last_part(listed)?)
            }
            (test, _) => test.into_iter().map(str::to_owned).collect(),
        };
        let tests = match report::parse(&read_report(&report)) {
            Ok(tests) => tests,
            Err(_) if self.cage.is_some() => {
                ended = Some("its report was written by somebody else".to_owned());
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        let reported: BTreeSet<&str> = tests.iter().map(|test| test.name.as_str()).collect();
        let missing =
            wanted.iter().filter(|name| !reported.contains(name.as_str())).cloned().collect();
        let output = last_part(printed)?;
        Ok(Trial { success: status.success(), output, tests, missing, ended })
    }

    /// Starts the binary; what it prints goes to the file `printed` in `folder`, which is returned:
    /// by its name something else could be there in the end.
    fn start(
        &self,
        binary: &Path,
        package: &Path,
        folder: &TempDir,
        printed: &str,
        prepare: impl FnOnce(&mut Command),
    ) -> Result<(Child, File)> {
        // A file, not a pipe: nobody can hold it open and keep us waiting.
        let mut options = File::options();
        options.read(true).append(true).create_new(true);
        let output = options.open(folder.path().join(printed))?;
        let printed = output.try_clone()?;
        let mut command = match self.cage {
            Some(cage) => cage.tests(binary, folder.path()),
            None => Command::new(binary),
        };
        command
            .current_dir(package)
            .env_remove("GRADE_REPORT")
            .env_remove("GRADE_INPROC")
            // The report names the place; a backtrace would bury it.
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        prepare(&mut command);
        let child = start(&mut command, self.stop)
            .with_context(|| format!("cannot start the tests {}", binary.display()))?;
        Ok((child, printed))
    }
}

/// The names of the tests that a binary lists.
fn names(listed: &str) -> BTreeSet<String> {
    listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

/// The text of a report. What is no file is none: the code under test may know the place.
fn read_report(report: &Path) -> String {
    let mut options = File::options();
    options.read(true).custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits());
    let mut bytes = Vec::new();
    if let Ok(file) = options.open(report)
        && file.metadata().is_ok_and(|data| data.is_file())
    {
        // What cannot be read was not reported.
        let _ = file.take(MOST_REPORTED).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn last_part(mut file: File) -> Result<String> {
    let surplus = file.metadata()?.len().saturating_sub(MOST_OUTPUT);
    file.seek(SeekFrom::Start(surplus))?;
    let mut bytes = Vec::new();
    // It may still grow, where something holds it open.
    file.take(MOST_OUTPUT).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
