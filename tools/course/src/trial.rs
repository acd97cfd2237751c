//! One trial of an exercise: build its tests, run them, and read what the grader reports.
//!
//! Cargo only builds. The test binary is started from here, so that a time limit never includes
//! compiling. What the tests print decides nothing: a learner can print `test result: ok`.

use std::collections::BTreeSet;
use std::env;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;

use crate::catalog::Exercise;
use crate::report::{self, TestReport};
use crate::stop::Stop;

/// The most that is kept of what the tests print, in bytes.
const MOST_OUTPUT: u64 = 1 << 20;

/// Each test has a limit of its own; this one ends a binary that never reaches its tests.
const LIMIT: Duration = Duration::from_secs(600);

/// What is to be built.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub exercise: &'a Exercise,
    /// The workspace to build in: the project's or an overlay.
    pub folder: &'a Path,
    /// Where Cargo builds.
    pub target: &'a Path,
    /// Whether the reference is graded in place of the learner's file.
    pub solution: bool,
    /// Whether Cargo's progress and the compiler's messages are shown as they come.
    pub show: bool,
}

/// What came of a build.
#[derive(Debug)]
pub enum Build {
    /// The test binary.
    Binary(PathBuf),
    /// The code does not compile.
    Errors(Vec<CompileError>),
}

/// An error of the compiler.
#[derive(Debug, Clone)]
pub struct CompileError {
    /// The file it points at, as Cargo names it; empty if there is none.
    pub file: String,
    /// The error as the compiler prints it.
    pub text: String,
}

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

/// Builds the tests of an exercise.
///
/// # Errors
///
/// Fails where Cargo cannot be started, or fails for another reason than the code.
pub fn build(request: &Request) -> Result<Build> {
    build_until(request, None)
}

/// As [`build`]; `stop` ends it early, and then what it returns means nothing.
///
/// # Errors
///
/// As [`build`].
pub fn build_until(request: &Request, stop: Option<&Stop>) -> Result<Build> {
    let color = request.show && color_is_welcome();
    let format = if color { "json-diagnostic-rendered-ansi" } else { "json" };
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["test", "--no-run", "--package", &request.exercise.package])
        .args(["--test", &request.exercise.target, "--message-format", format])
        .args(if request.solution { &["--features", "solution"][..] } else { &[] })
        .args(if request.show { &[][..] } else { &["--quiet"] })
        .current_dir(request.folder)
        .env("CARGO_TARGET_DIR", request.target)
        .env("CARGO_TERM_COLOR", if color { "always" } else { "never" })
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());

    let mut cargo = start(&mut cargo, stop).context("cannot start cargo")?;
    let stderr = cargo.stderr.take().context("cargo has a standard error")?;
    let (messages, said) = thread::scope(|scope| {
        let relay = scope.spawn(|| relay(stderr, request.show));
        (read_messages(&mut cargo, request.show), relay.join())
    });
    let said = said.unwrap_or_default();
    let (binary, errors) = messages?;
    if request.show {
        eprint!("{said}");
    }
    let status = wait(&mut cargo, stop)?;

    match binary {
        Some(binary) if status.success() => Ok(Build::Binary(binary)),
        _ if !errors.is_empty() => Ok(Build::Errors(errors)),
        _ if request.show => {
            bail!("cargo cannot build {}; the reason stands above", request.exercise.target)
        }
        _ => bail!("cargo cannot build {}: {}", request.exercise.target, said.trim()),
    }
}

/// The compiler's messages go to standard error; NO_COLOR is the convention of no-color.org.
fn color_is_welcome() -> bool {
    io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
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
        None => list(binary, package)?,
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
    let status = wait_within_limit(&mut tests, stop)?;

    let tests = report::parse(&fs::read_to_string(&report).unwrap_or_default())?;
    let reported: BTreeSet<&str> = tests.iter().map(|test| test.name.as_str()).collect();
    let missing = wanted.iter().filter(|name| !reported.contains(name.as_str())).cloned().collect();
    Ok(Trial { success: status.success(), output: last_part(&printed)?, tests, missing })
}

/// Passes on what Cargo says while it builds, and returns its last words: they sum up errors whose
/// messages come on another way, and must stand behind these.
fn relay(stderr: impl Read, show: bool) -> String {
    let mut last = String::new();
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        // In color, an escape follows the word.
        if !last.is_empty() || line.contains("error:") || line.contains("error\u{1b}") {
            last += &line;
            last.push('\n');
        } else if show {
            eprintln!("{line}");
        }
    }
    last
}

fn read_messages(cargo: &mut Child, show: bool) -> Result<(Option<PathBuf>, Vec<CompileError>)> {
    let stdout = cargo.stdout.take().context("cargo has an output")?;
    let (mut binary, mut errors) = (None, Vec::new());
    for message in Message::parse_stream(BufReader::new(stdout)) {
        match message? {
            // Helper programs of the chapter have executables too, but are no tests.
            Message::CompilerArtifact(artifact) if artifact.profile.test => {
                binary = artifact.executable.map(PathBuf::from);
            }
            Message::CompilerMessage(message) => {
                let diagnostic = message.message;
                let text = diagnostic.rendered.unwrap_or(diagnostic.message);
                if show {
                    eprint!("{text}");
                }
                if diagnostic.level == DiagnosticLevel::Error {
                    let place = diagnostic.spans.iter().find(|span| span.is_primary);
                    let file = place.map(|span| span.file_name.clone()).unwrap_or_default();
                    errors.push(CompileError { file, text });
                }
            }
            _ => {}
        }
    }
    Ok((binary, errors))
}

/// The names of the tests in a binary.
fn list(binary: &Path, package: &Path) -> Result<BTreeSet<String>> {
    let output = Command::new(binary)
        .args(["--list", "--format=terse"])
        .current_dir(package)
        .stdin(Stdio::null())
        .output()
        .with_context(|| cannot_start(binary))?;
    let lines = String::from_utf8_lossy(&output.stdout);
    Ok(lines.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

fn start(command: &mut Command, stop: Option<&Stop>) -> Result<Child> {
    match stop {
        Some(stop) => stop.spawn(command),
        None => Ok(command.spawn()?),
    }
}

fn wait(child: &mut Child, stop: Option<&Stop>) -> io::Result<ExitStatus> {
    match stop {
        Some(stop) => stop.wait(child),
        None => child.wait(),
    }
}

/// Waits for a test binary. Where it is ended, its supervisors notice and end their tests.
fn wait_within_limit(child: &mut Child, stop: Option<&Stop>) -> Result<ExitStatus> {
    let (done, status) = mpsc::channel();
    thread::scope(|scope| {
        let pid = child.id();
        scope.spawn(move || done.send(wait(child, stop)));
        match status.recv_timeout(LIMIT) {
            Ok(status) => Ok(status?),
            Err(_) => {
                // SAFETY: the process has not been waited for, so its number is still its own.
                unsafe { libc::kill(pid.cast_signed(), libc::SIGKILL) };
                bail!("the test binary did not end within {} s", LIMIT.as_secs())
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
