//! What a learner reads when the tests have run.

use std::fmt::Write as _;

use crate::catalog::Exercise;
use crate::report::TestReport;
use crate::trial::Trial;

/// The most lines of a learner's own output that are shown.
const MOST_LINES: usize = 20;

/// What came of a check; `order` has the names of the tests as the file has them.
pub fn verdict(exercise: &Exercise, trial: &Trial, order: &[&str]) -> String {
    let mut tests: Vec<&TestReport> = trial.tests.iter().collect();
    tests.sort_by_key(|test| order.iter().position(|name| *name == test.name));
    let mut text = String::new();
    for test in &tests {
        let mark = if test.passed() { "ok    " } else { "FAILED" };
        let _ = writeln!(text, "  {mark}  {}", test.name);
    }
    for name in &trial.missing {
        let _ = writeln!(text, "  NOT RUN {name}");
    }
    if let Some(first) = tests.iter().find(|test| !test.passed()) {
        text += &failure(exercise, first);
    } else if !trial.missing.is_empty() || trial.tests.is_empty() {
        text += "\nThe test program ended before its tests did: that is no pass.\n";
        text += &indented(&trial.output, "  | ");
    } else if !trial.success {
        text += "\nEvery test passed, and yet the test program failed: that is no pass.\n";
        text += &indented(&trial.output, "  | ");
    }
    text
}

fn failure(exercise: &Exercise, test: &TestReport) -> String {
    let mut text = format!("\nFirst look at {}\n", test.name);
    if !test.output.trim().is_empty() {
        text += "  your code printed\n";
        text += &indented(&test.output, "  | ");
    }
    text += &indented(&test.message, "  ");
    if !test.hint.is_empty() {
        let _ = writeln!(text, "  look for: {}", test.hint.replace('\n', "\n            "));
    }
    let _ = writeln!(
        text,
        "  alone: cargo test -p {} --test {} -- {} --exact --nocapture",
        exercise.package, exercise.target, test.name
    );
    text
}

fn indented(text: &str, margin: &str) -> String {
    let lines: Vec<&str> = text.trim_matches('\n').lines().collect();
    let hidden = lines.len().saturating_sub(MOST_LINES);
    let mut shown: String =
        lines[..lines.len() - hidden].iter().map(|line| format!("{margin}{line}\n")).collect();
    if hidden > 0 {
        let _ = writeln!(shown, "{margin}... {hidden} more lines");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::project;

    fn report(name: &str, verdict: &str, message: &str) -> TestReport {
        TestReport {
            name: name.to_owned(),
            verdict: verdict.to_owned(),
            ms: 1,
            message: message.to_owned(),
            hint: if verdict == "pass" { String::new() } else { "what is one?".to_owned() },
            output: if verdict == "pass" { String::new() } else { "I am here\n".to_owned() },
        }
    }

    #[test]
    fn a_failure_shows_the_first_test_of_the_file_in_full() {
        let (_folder, catalog) = project();
        let trial = Trial {
            success: false,
            output: String::new(),
            tests: vec![
                report("third", "panic", "third failed"),
                report("second", "panic", "panicked at src/e1_one.rs:3:5:\nassertion failed"),
                report("first", "pass", ""),
            ],
            missing: vec![],
        };
        let order = ["first", "second", "third"];
        insta::assert_snapshot!(verdict(&catalog.exercises[0], &trial, &order), @"
          ok      first
          FAILED  second
          FAILED  third

        First look at second
          your code printed
          | I am here
          panicked at src/e1_one.rs:3:5:
          assertion failed
          look for: what is one?
          alone: cargo test -p sums --test e1_one -- second --exact --nocapture
        ");
    }

    #[test]
    fn a_program_that_fails_after_its_tests_is_no_pass() {
        let (_folder, catalog) = project();
        let trial = Trial {
            success: false,
            output: "aborted\n".to_owned(),
            tests: vec![report("first", "pass", "")],
            missing: vec![],
        };
        assert!(!trial.solved());
        insta::assert_snapshot!(verdict(&catalog.exercises[0], &trial, &["first"]), @"
          ok      first

        Every test passed, and yet the test program failed: that is no pass.
          | aborted
        ");
    }

    #[test]
    fn an_end_before_the_tests_is_no_pass() {
        let (_folder, catalog) = project();
        let trial = Trial {
            success: true,
            output: "test result: ok. 1 passed\n".to_owned(),
            tests: vec![],
            missing: vec!["first".to_owned()],
        };
        assert!(!trial.solved());
        insta::assert_snapshot!(verdict(&catalog.exercises[0], &trial, &["first"]), @"
          NOT RUN first

        The test program ended before its tests did: that is no pass.
          | test result: ok. 1 passed
        ");
    }
}
