//! Has Cargo build the tests of an exercise.

use std::env;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;

use super::start;
use crate::catalog::Exercise;
use crate::stop::Stop;

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
    let status = cargo.wait()?;

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
