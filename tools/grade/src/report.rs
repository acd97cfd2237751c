//! Tells other programs how a test ended.
//!
//! Where `GRADE_REPORT` names a file, each test adds one line to it, its fields parted by tabs:
//! name, `pass` or the kind of failure, milliseconds, message. In the message a backslash, a tab
//! and a newline are written as `\\`, `\t` and `\n`. The code under test does not see the variable.

use std::env;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::time::Duration;

use crate::message::Verdict;

/// Names the file of the report.
pub(crate) const REPORT: &str = "GRADE_REPORT";

/// Adds the line of one test, if a report is wanted.
///
/// # Errors
///
/// Fails where the file cannot be written.
pub(crate) fn add(name: &str, verdict: &Verdict, took: Duration) -> io::Result<()> {
    let Some(file) = env::var_os(REPORT) else { return Ok(()) };
    // Tests end side by side; a short append to a file is one write and is not torn.
    OpenOptions::new().create(true).append(true).open(file)?.write_all(&line(name, verdict, took))
}

fn line(name: &str, verdict: &Verdict, took: Duration) -> Vec<u8> {
    let (kind, message) = match verdict {
        Ok(()) => ("pass".to_owned(), String::new()),
        Err(failure) => (failure.kind.to_string(), escaped(&failure.message)),
    };
    format!("{name}\t{kind}\t{}\t{message}\n", took.as_millis()).into_bytes()
}

fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('\t', r"\t").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{Failure, Kind};

    #[test]
    fn a_message_stays_on_its_line() {
        let verdict = Err(Failure::new(Kind::Panic, "a\tb\nc\\d"));
        let line = line("m::t", &verdict, Duration::from_millis(12));
        assert_eq!(line, b"m::t\tpanic\t12\ta\\tb\\nc\\\\d\n");
    }
}
