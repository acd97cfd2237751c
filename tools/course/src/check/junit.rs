//! The report in the form of JUnit, which machines that grade classes read.
//!
//! Written here, since it is five elements: the crate for it brings thirteen others, a fifth of
//! what the whole command costs to build.

use std::fmt::Write as _;

use super::report::{Entry, Report, Test};
use crate::words::visible;

impl Report {
    /// The report as the text of a JUnit file: a suite for each exercise, and a case for each of
    /// its tests. What else keeps an exercise from being solved is a case as well.
    pub fn to_junit(&self) -> String {
        let name = |entry: &Entry| format!("{}/{}", entry.chapter, entry.name);
        let suites = self.exercises.iter().map(|entry| (name(entry), Suite::of(entry)));
        document(suites)
    }
}

/// A whole file of suites with their names.
pub(crate) fn document<'a>(suites: impl Iterator<Item = (String, Suite<'a>)>) -> String {
    let suites: String = suites.map(|(name, suite)| suite.text(&name)).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"course\">\n{suites}</testsuites>\n"
    )
}

/// What came of an exercise, or why nothing did.
pub(crate) struct Suite<'a>(Vec<Case<'a>>);

impl<'a> Suite<'a> {
    pub(crate) fn of(entry: &'a Entry) -> Suite<'a> {
        Suite(entry.tests.iter().map(Case::of).chain(extra(entry)).collect())
    }

    /// The suite, and one more thing that is wrong, if it is.
    pub(crate) fn and(mut self, kind: &'a str, why: Option<&str>) -> Suite<'a> {
        self.0.extend(why.map(|why| Case::failed(kind, why.to_owned())));
        self
    }

    /// Nothing but one thing that is wrong.
    pub(crate) fn only(kind: &'a str, why: &str) -> Suite<'a> {
        Suite(vec![Case::failed(kind, why.to_owned())])
    }

    fn text(&self, name: &str) -> String {
        suite(name, &self.0)
    }
}

fn suite(suite: &str, cases: &[Case]) -> String {
    let failures = cases.iter().filter(|case| case.failure.is_some()).count();
    let ms = cases.iter().map(|case| case.ms).sum();
    let mut text = format!(
        "  <testsuite name={} tests=\"{}\" failures=\"{failures}\" time=\"{}\">\n",
        quoted(suite),
        cases.len(),
        seconds(ms),
    );
    for case in cases {
        case.write(&mut text, suite);
    }
    text + "  </testsuite>\n"
}

struct Case<'a> {
    name: &'a str,
    ms: u64,
    /// The kind of the failure, and the text.
    failure: Option<(&'a str, String)>,
    output: &'a str,
}

impl<'a> Case<'a> {
    fn failed(kind: &'a str, why: String) -> Case<'a> {
        Case { name: kind, ms: 0, failure: Some((kind, why)), output: "" }
    }

    fn of(test: &'a Test) -> Case<'a> {
        let failure = (test.verdict != "pass").then(|| {
            let hint = if test.hint.is_empty() { "" } else { "\nlook for: " };
            (test.verdict.as_str(), format!("{}{hint}{}", test.message, test.hint))
        });
        Case { name: &test.name, ms: test.took_ms, failure, output: &test.output }
    }

    fn write(&self, text: &mut String, suite: &str) {
        let Case { name, ms, failure, output } = self;
        let (name, suite) = (quoted(name), quoted(suite));
        let _ = writeln!(
            text,
            "    <testcase name={name} classname={suite} time=\"{}\">",
            seconds(*ms)
        );
        if let Some((kind, why)) = failure {
            let first = why.lines().next().unwrap_or_default();
            let (kind, message) = (quoted(kind), quoted(first));
            let _ = writeln!(
                text,
                "      <failure type={kind} message={message}>{}</failure>",
                escaped(why)
            );
        }
        if !output.is_empty() {
            let _ = writeln!(text, "      <system-out>{}</system-out>", escaped(output));
        }
        text.push_str("    </testcase>\n");
    }
}

/// What is wrong with an exercise beside its tests.
fn extra(entry: &Entry) -> Vec<Case<'_>> {
    let case = Case::failed;
    let mut cases = Vec::new();
    match entry.verdict {
        "does-not-compile" => cases.push(case("does-not-compile", entry.compile_errors.concat())),
        "no-file" => cases.push(case("no-file", format!("{} is not there", entry.file))),
        _ => {}
    }
    if !entry.altered_files.is_empty() {
        let files = entry.altered_files.iter().map(|altered| altered.file.as_str());
        let files: Vec<&str> = files.collect();
        cases.push(case("altered", format!("not as shipped: {}", files.join(", "))));
    }
    if let Some(program) = &entry.program {
        cases.push(case("program", format!("the test program failed\n{program}")));
    }
    cases
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

fn quoted(text: &str) -> String {
    // A reader takes line ends and tabs in an attribute for blanks.
    format!(
        "\"{}\"",
        escaped(text).replace('"', "&quot;").replace('\n', "&#10;").replace('\t', "&#9;")
    )
}

/// XML has no control characters, not even escaped.
fn escaped(text: &str) -> String {
    let allowed = visible(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    allowed.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use crate::check::report::tests::full;

    #[test]
    fn a_report_becomes_suites_and_cases() {
        insta::assert_snapshot!(full().to_junit(), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="course">
          <testsuite name="01_sums/one" tests="3" failures="2" time="2.500">
            <testcase name="adds" classname="01_sums/one" time="1.250">
              <system-out>\u{1b}[31m&lt;one&gt; &amp; two
        </system-out>
            </testcase>
            <testcase name="waits" classname="01_sums/one" time="1.250">
              <failure type="panic" message="1 &lt; 2">1 &lt; 2
        is "wrong"
        look for: what is "one"?</failure>
              <system-out>\u{1b}[31m&lt;one&gt; &amp; two
        </system-out>
            </testcase>
            <testcase name="ends" classname="01_sums/one" time="0.000">
              <failure type="not-run" message=""></failure>
            </testcase>
          </testsuite>
          <testsuite name="01_sums/two" tests="2" failures="2" time="0.000">
            <testcase name="does-not-compile" classname="01_sums/two" time="0.000">
              <failure type="does-not-compile" message="error: no">error: no
        </failure>
            </testcase>
            <testcase name="altered" classname="01_sums/two" time="0.000">
              <failure type="altered" message="not as shipped: exercises/01_sums/tests/e2_two.rs">not as shipped: exercises/01_sums/tests/e2_two.rs</failure>
            </testcase>
          </testsuite>
          <testsuite name="01_sums/one" tests="1" failures="1" time="0.000">
            <testcase name="no-file" classname="01_sums/one" time="0.000">
              <failure type="no-file" message="exercises/01_sums/src/e1_one.rs is not there">exercises/01_sums/src/e1_one.rs is not there</failure>
            </testcase>
          </testsuite>
          <testsuite name="01_sums/two" tests="1" failures="1" time="0.000">
            <testcase name="altered" classname="01_sums/two" time="0.000">
              <failure type="altered" message="not as shipped: exercises/01_sums/tests/e2_two.rs">not as shipped: exercises/01_sums/tests/e2_two.rs</failure>
            </testcase>
          </testsuite>
          <testsuite name="01_sums/one" tests="1" failures="1" time="0.000">
            <testcase name="program" classname="01_sums/one" time="0.000">
              <failure type="program" message="the test program failed">the test program failed
        why
        ok
        </failure>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn any_text_makes_a_file_that_can_be_read() {
        let text: String =
            (0..0x300).chain([0x2028, 0xfffe, 0xffff]).filter_map(char::from_u32).collect();
        let mut report = full();
        let test = &mut report.exercises[0].tests[1];
        (test.name, test.message, test.output) = (text.clone(), text.clone(), text);
        let junit = report.to_junit();
        let document = roxmltree::Document::parse(&junit).unwrap();
        let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
        assert_eq!(cases.count(), 8);
    }
}
