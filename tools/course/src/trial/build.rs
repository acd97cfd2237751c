//! Has Cargo build the tests of exercises, all in one call.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};

use super::messages::{self, CompileError};
use super::start;
use crate::cage::{Cage, TOO_LONG};
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

/// As a [`Request`], for several exercises at once.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    pub exercises: &'a [&'a Exercise],
    pub folder: &'a Path,
    pub target: &'a Path,
    pub solution: bool,
    pub show: bool,
    /// What contains the build, where the code is somebody else's.
    pub cage: Option<&'a Cage>,
}

/// What came of a build.
#[derive(Debug)]
pub enum Build {
    /// The test binary.
    Binary(PathBuf),
    /// The code does not compile.
    Errors(Vec<CompileError>),
}

/// What came of a build of several exercises.
#[derive(Debug)]
pub struct Built {
    /// The test binary of each exercise, in the order of the batch; `None` where there is none.
    pub binaries: Vec<Option<PathBuf>>,
    pub errors: Vec<CompileError>,
}

/// Builds the tests of an exercise.
///
/// # Errors
///
/// Fails where Cargo cannot be started, or fails for another reason than the code.
pub fn build(request: &Request) -> Result<Build> {
    let Request { exercise, folder, target, solution, show } = *request;
    let batch = Batch { exercises: &[exercise], folder, target, solution, show, cage: None };
    let Built { mut binaries, errors } = build_all(&batch, None)?;
    Ok(binaries.pop().flatten().map_or(Build::Errors(errors), Build::Binary))
}

/// Builds the tests of several exercises. An error in one costs no other its binary, unless the
/// compiler needs both for it. `stop` ends it early, and then what it returns means nothing.
///
/// # Errors
///
/// As [`build`].
pub fn build_all(batch: &Batch, stop: Option<&Stop>) -> Result<Built> {
    let mut cargo = start(&mut command(batch), stop).context("cannot start cargo")?;
    let stdout = cargo.stdout.take().context("cargo has an output")?;
    let stderr = cargo.stderr.take().context("cargo has a standard error")?;
    let (said, last_words) = thread::scope(|scope| {
        let relay = scope.spawn(|| messages::relay(stderr, batch.show));
        (messages::read(stdout, batch.show), relay.join())
    });
    let (said, last_words) = (said?, last_words.unwrap_or_default());
    if batch.show {
        eprint!("{last_words}");
    }
    let status = cargo.wait()?;

    let binary = |exercise: &&Exercise| {
        // From the root, since the root may be that of an overlay.
        let tests = Path::new("exercises").join(&exercise.chapter).join("tests");
        let tests = tests.join(&exercise.target).with_extension("rs");
        let found = said.binaries.iter().find(|(source, _)| source.ends_with(&tests));
        found.map(|(_, binary)| binary.clone())
    };
    let binaries: Vec<_> = batch.exercises.iter().map(binary).collect();
    if let Some(cage) = batch.cage.filter(|_| status.code() == Some(TOO_LONG.into())) {
        bail!("the compiler was not done after {} s, so it was ended", cage.limit.as_secs());
    }
    if binaries.iter().any(Option::is_none) && said.errors.is_empty() {
        if batch.cage.is_some() {
            // Such as `(signal: 6, SIGABRT: process abort signal)`.
            let how = last_words.rsplit_once("(signal: ").map_or("no signal", |(_, how)| how);
            let how = how.trim().trim_end_matches(')');
            bail!("the compiler broke down, perhaps for want of memory ({how})");
        }
        let names: Vec<&str> = batch.exercises.iter().map(|e| e.target.as_str()).collect();
        let reason = if batch.show { "the reason stands above" } else { last_words.trim() };
        bail!("cargo cannot build {} ({status}): {reason}", names.join(", "));
    }
    Ok(Built { binaries, errors: said.errors })
}

fn command(batch: &Batch) -> Command {
    let color = batch.show && color_is_welcome();
    let format = if color { "json-diagnostic-rendered-ansi" } else { "json" };
    let packages: BTreeSet<&str> = batch.exercises.iter().map(|e| e.package.as_str()).collect();
    let tests: BTreeSet<&str> = batch.exercises.iter().map(|e| e.target.as_str()).collect();
    let mut cargo = match batch.cage {
        Some(cage) => cage.build(env!("CARGO")),
        None => Command::new(env!("CARGO")),
    };
    cargo
        // Builds what `cargo test --no-run` builds, which knows no --keep-going.
        .args(["build", "--keep-going", "--message-format", format])
        .args(packages.into_iter().flat_map(|package| ["--package", package]))
        .args(tests.into_iter().flat_map(|test| ["--test", test]))
        .args(if batch.solution { &["--features", "solution"][..] } else { &[] })
        .args(if batch.show { &[][..] } else { &["--quiet"] })
        .current_dir(batch.folder)
        .env("CARGO_TARGET_DIR", batch.target)
        .env("CARGO_TERM_COLOR", if color { "always" } else { "never" })
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    cargo
}

/// The compiler's messages go to standard error.
fn color_is_welcome() -> bool {
    let variable = |name| env::var_os(name).unwrap_or_default();
    io::stderr().is_terminal() && may_be_colored(&variable("NO_COLOR"), &variable("TERM"))
}

/// `NO_COLOR` is the convention of no-color.org; a dumb terminal would show the codes of colors.
fn may_be_colored(no_color: &OsStr, term: &OsStr) -> bool {
    no_color.is_empty() && term != "dumb"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_can_be_declined() {
        let colored = |no_color: &str, term: &str| may_be_colored(no_color.as_ref(), term.as_ref());
        assert!(colored("", "xterm-256color") && colored("", ""));
        assert!(!colored("1", "xterm-256color") && !colored("", "dumb"));
    }
}
