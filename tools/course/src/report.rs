//! Reads the report of the grader: a line for each test, its fields parted by tabs.

use anyhow::{Context, Result};

/// How one test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReport {
    pub name: String,
    /// `pass`, or the kind of failure, such as `panic` or `timeout`.
    pub verdict: String,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// Why it failed; empty if it did not.
    pub message: String,
    /// What to look for; may be empty.
    pub hint: String,
    /// What the code printed.
    pub output: String,
}

impl TestReport {
    pub fn passed(&self) -> bool {
        self.verdict == "pass"
    }
}

/// Reads a whole report.
///
/// # Errors
///
/// Fails where a line does not have its six fields.
pub fn parse(report: &str) -> Result<Vec<TestReport>> {
    report
        .lines()
        .map(|line| {
            parse_line(line).with_context(|| format!("this is no line of a report: {line:?}"))
        })
        .collect()
}

fn parse_line(line: &str) -> Option<TestReport> {
    let mut fields = line.splitn(6, '\t');
    Some(TestReport {
        name: fields.next()?.to_owned(),
        verdict: fields.next()?.to_owned(),
        ms: fields.next()?.parse().ok()?,
        message: unescaped(fields.next()?),
        hint: unescaped(fields.next()?),
        output: unescaped(fields.next()?),
    })
}

/// Undoes `\\`, `\t` and `\n`.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                other => plain.extend(other),
            },
            letter => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_with_its_escapes() {
        let tests =
            parse("m::t\tpanic\t12\ta\\tb\\nc\\\\d\tlook\tone\\n\nu\tpass\t3\t\t\t\n").unwrap();
        assert_eq!(tests[0].message, "a\tb\nc\\d");
        assert_eq!((tests[0].ms, tests[0].passed()), (12, false));
        assert_eq!((tests[0].hint.as_str(), tests[0].output.as_str()), ("look", "one\n"));
        assert!(tests[1].passed());
    }

    #[test]
    fn a_torn_line_is_an_error_that_shows_it() {
        let error = parse("m::t\tpan").unwrap_err();
        assert_eq!(error.to_string(), r#"this is no line of a report: "m::t\tpan""#);
    }
}
