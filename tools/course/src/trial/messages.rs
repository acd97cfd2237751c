//! Reads what Cargo says while it builds, and shows it.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use anyhow::Result;
use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;

/// An error of the compiler.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompileError {
    /// The file it points at, as Cargo names it; empty if there is none.
    pub file: String,
    /// The error as the compiler prints it, without colors.
    pub text: String,
    /// The main file of what was compiled, such as `lib.rs` or a file of tests.
    pub source: PathBuf,
}

/// What Cargo says.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Test binaries, each with the main file that it was made from.
    pub binaries: Vec<(PathBuf, PathBuf)>,
    pub errors: Vec<CompileError>,
}

/// Reads Cargo's messages to their end; `show` passes those of the compiler on.
///
/// # Errors
///
/// Fails where a message cannot be read.
pub(super) fn read(stdout: impl Read, show: bool) -> Result<Said> {
    let mut said = Said::default();
    for message in Message::parse_stream(BufReader::new(stdout)) {
        match message? {
            // Helper programs of the chapter have executables too, but are no tests.
            Message::CompilerArtifact(artifact) if artifact.profile.test => {
                let source = artifact.target.src_path.into_std_path_buf();
                said.binaries.extend(artifact.executable.map(|binary| (source, binary.into())));
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
                    let source = message.target.src_path.into_std_path_buf();
                    said.errors.push(CompileError { file, text: colorless(&text), source });
                }
            }
            _ => {}
        }
    }
    Ok(said)
}

/// Passes on what Cargo says while it builds, and returns its last words: they sum up errors whose
/// messages come on another way, and must stand behind these.
pub(super) fn relay(stderr: impl Read, show: bool) -> String {
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

/// The text without its escapes for color: `\u{1b}[` up to `m`.
fn colorless(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or(part, |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_taken_out() {
        assert_eq!(colorless("\u{1b}[1m\u{1b}[91merror\u{1b}[0m: my [m]"), "error: my [m]");
        assert_eq!(colorless("plain"), "plain");
    }
}
