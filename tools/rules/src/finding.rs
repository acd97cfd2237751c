//! What a rule has to say.

use std::fmt::{self, Display};

/// A place where a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    place: String,
    reason: String,
    mend: String,
}

impl Finding {
    /// `file` is named from the root of the project; `reason` says what is wrong, `mend` what to do.
    pub fn new(
        file: impl Into<String>,
        reason: impl Into<String>,
        mend: impl Into<String>,
    ) -> Finding {
        Finding { place: file.into(), reason: reason.into(), mend: mend.into() }
    }

    /// The same, for a line of the file, counted from 1.
    pub fn at(
        file: &str,
        line: usize,
        reason: impl Into<String>,
        mend: impl Into<String>,
    ) -> Finding {
        Finding::new(format!("{file}:{line}"), reason, mend)
    }

    /// The file, without the line.
    pub fn file(&self) -> &str {
        self.place.split(':').next().unwrap_or_default()
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.reason, self.mend)
    }
}

/// Fails the test that calls it, and lists what was found, one finding a line.
///
/// # Panics
///
/// Panics where there is a finding.
#[track_caller]
pub fn assert_none<F: Display>(findings: impl IntoIterator<Item = F>) {
    let lines: Vec<String> = findings.into_iter().map(|finding| format!("\n- {finding}")).collect();
    assert!(lines.is_empty(), "{} to mend:{}\n", lines.len(), lines.concat());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_names_the_place_the_reason_and_the_mend() {
        let finding = Finding::at("book/a.md", 3, "it is wrong", "mend it");
        assert_eq!(finding.to_string(), "book/a.md:3: it is wrong; mend it");
        assert_eq!(finding.file(), "book/a.md");
    }

    #[test]
    #[should_panic(expected = "2 to mend:\n- one\n- two\n")]
    fn all_findings_are_listed() {
        assert_none(["one", "two"]);
    }
}
