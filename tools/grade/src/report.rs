//! Tells other programs how a test ended.
//!
//! Where `GRADE_REPORT` names a file, each test adds one line to it, its fields parted by tabs:
//! name, `pass` or the kind of failure, milliseconds, message, hint, what the test printed. In the
//! last three a backslash, a tab and a newline are written as `\\`, `\t` and `\n`. The code under
//! test does not see the variable.

use std::env;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use nix::libc;

use crate::message::Verdict;

/// Names the file of the report.
pub(crate) const REPORT: &str = "GRADE_REPORT";

/// What is told of one test.
pub(crate) struct Entry<'a> {
    pub(crate) name: &'a str,
    pub(crate) verdict: &'a Verdict,
    pub(crate) took: Duration,
    pub(crate) hint: &'a str,
    pub(crate) output: &'a str,
}

/// Adds the line of one test, if a report is wanted.
///
/// # Errors
///
/// Fails where the file cannot be written.
pub(crate) fn add(entry: &Entry<'_>) -> io::Result<()> {
    let Some(file) = env::var_os(REPORT) else { return Ok(()) };
    // Tests end side by side; an append to a file is one write and is not torn.
    // Never wait for a reader, should somebody have put a FIFO in its place.
    let mut options = OpenOptions::new();
    options.create(true).append(true).custom_flags(libc::O_NONBLOCK);
    options.open(file)?.write_all(entry.line().as_bytes())
}

impl Entry<'_> {
    fn line(&self) -> String {
        let Entry { name, verdict, took, hint, output } = self;
        let (kind, message) = match verdict {
            Ok(()) => ("pass".to_owned(), ""),
            Err(failure) => (failure.kind.to_string(), failure.message.as_str()),
        };
        let [message, hint, output] = [message, hint, output].map(escaped);
        format!("{name}\t{kind}\t{}\t{message}\t{hint}\t{output}\n", took.as_millis())
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('\t', r"\t").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{Failure, Kind};

    #[test]
    fn a_test_stays_on_its_line() {
        let verdict = Err(Failure::new(Kind::Panic, "a\tb\nc\\d"));
        let took = Duration::from_millis(12);
        let entry =
            Entry { name: "m::t", verdict: &verdict, took, hint: "look", output: "one\ntwo\n" };
        assert_eq!(entry.line(), "m::t\tpanic\t12\ta\\tb\\nc\\\\d\tlook\tone\\ntwo\\n\n");
    }
}
