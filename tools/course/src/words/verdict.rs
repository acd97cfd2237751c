//! What a learner reads when the tests have run.

use std::fmt::Write as _;

use super::visible::visible;
use super::wrap::hung;
use super::{altered, does_not_compile, missing};
use crate::catalog::Catalog;
use crate::check::{Checked, Outcome};
use crate::report::TestReport;
use crate::trial::Trial;

/// The most lines of a learner's own output that are shown.
const MOST_LINES: usize = 20;

/// What came of a check.
pub fn checked(catalog: &Catalog, checked: &Checked, width: Option<usize>) -> String {
    let mut text = match &checked.outcome {
        Outcome::NoFile => missing(catalog, checked.exercise),
        Outcome::NoTests => String::new(),
        Outcome::DoesNotCompile(_) => does_not_compile(checked.exercise),
        Outcome::Ran(trial) => verdict(catalog, checked, trial, width),
    };
    text += &altered(catalog, &checked.altered);
    text
}

/// While tests run, after some seconds.
pub fn still_running(seconds: u64, limit_s: u64) -> String {
    format!("  running for {seconds} s; a test that does not end is ended after {limit_s} s\n")
}

fn verdict(catalog: &Catalog, checked: &Checked, trial: &Trial, width: Option<usize>) -> String {
    let mut text = String::new();
    for test in &trial.tests {
        let mark = match test.verdict.as_str() {
            "pass" => "ok     ",
            "skipped" => "SKIPPED",
            _ => "FAILED ",
        };
        let _ = writeln!(text, "  {mark} {}", visible(&test.name));
    }
    for name in &trial.missing {
        let _ = writeln!(text, "  NOT RUN {}", visible(name));
    }
    let ended = trial.ended.as_deref().map_or_else(String::new, |why| format!("  {why}\n"));
    if let Some(first) = trial.tests.iter().find(|test| !test.passed()) {
        text += &failure(catalog, checked, first, width);
    } else if trial.success && !checked.altered.is_empty() {
        // Tests that were made to be ignored; what stands below says so.
    } else if !trial.missing.is_empty() || trial.tests.is_empty() {
        text += "\nThe test program ended before its tests did: that is no pass.\n";
        text += &ended;
        text += &indented(&trial.output, "  | ");
    } else if !trial.success {
        text += "\nEvery test passed, and yet the test program failed: that is no pass.\n";
        text += &ended;
        text += &indented(&trial.output, "  | ");
    }
    text
}

fn failure(
    catalog: &Catalog,
    checked: &Checked,
    test: &TestReport,
    width: Option<usize>,
) -> String {
    let name = visible(&test.name);
    let mut text = format!("\nFirst look at {name}\n");
    if !test.output.trim().is_empty() {
        text += "  your code printed\n";
        text += &indented(&test.output, "  | ");
    }
    text += &hung(&indented(&test.message, "  "), width);
    if !test.hint.is_empty() {
        let hint = visible(&test.hint).replace('\n', "\n            ");
        text += &hung(&format!("  look for: {hint}\n"), width);
    }
    let exercise = checked.exercise;
    // Cargo knows nothing of the overlay in which the others are as shipped.
    let others = checked.beside.iter().map(|other| catalog.short(&other.file()));
    let others: Vec<String> = others.collect();
    let compile = if others.len() == 1 { "compiles" } else { "compile" };
    let once = match &others[..] {
        [] => String::new(),
        others => format!(", once {} {compile}", others.join(" and ")),
    };
    let _ = writeln!(
        text,
        "  alone{once}: cargo test -p {} --test {} -- {name} --exact --nocapture",
        exercise.package, exercise.target
    );
    text
}

fn indented(text: &str, margin: &str) -> String {
    let text = visible(text);
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

    /// What is said of the first exercise; the second is broken, if `beside`.
    fn said(outcome: Outcome, beside: bool) -> String {
        said_in(None, outcome, beside)
    }

    fn said_in(width: Option<usize>, outcome: Outcome, beside: bool) -> String {
        let (_folder, catalog) = project();
        let [one, two] = &catalog.exercises[..] else { panic!("there are two exercises") };
        let beside = if beside { vec![two] } else { Vec::new() };
        checked(&catalog, &Checked { exercise: one, outcome, altered: Vec::new(), beside }, width)
    }

    #[test]
    fn who_waits_is_told_how_long_it_can_last() {
        insta::assert_snapshot!(still_running(2, 5).trim(), @"running for 2 s; a test that does not end is ended after 5 s");
    }

    #[test]
    fn a_skip_is_named_and_is_no_pass() {
        let lacking = "this kernel has no queues, and the test is about them";
        let skipped = TestReport { hint: String::new(), ..report("sends", "skipped", lacking) };
        let trial = Trial { tests: vec![report("adds", "pass", ""), skipped], ..Trial::default() };
        assert!(!trial.solved());
        let said = said(Outcome::Ran(trial), false);
        assert!(said.contains("  ok      adds\n  SKIPPED sends\n"), "{said}");
        assert!(said.contains(lacking), "{said}");
    }

    #[test]
    fn a_failure_shows_the_first_test_in_full() {
        let trial = Trial {
            tests: vec![
                report("first", "pass", ""),
                report("second", "panic", "panicked at src/e1_one.rs:3:5:\nassertion failed"),
                report("third", "panic", "third failed"),
            ],
            ..Trial::default()
        };
        insta::assert_snapshot!(said(Outcome::Ran(trial), false), @"
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
    fn in_a_narrow_terminal_words_stay_whole_and_output_stays_as_it_is() {
        let tests = vec![TestReport {
            hint: "what is one, and is it more than two?".to_owned(),
            output: "one more line than there should be\n".to_owned(),
            ..report("first", "panic", "assertion failed: it must be one")
        }];
        let trial = Trial { tests, ..Trial::default() };
        insta::assert_snapshot!(said_in(Some(24), Outcome::Ran(trial), false), @"
          FAILED  first

        First look at first
          your code printed
          | one more line than there should be
          assertion failed: it
            must be one
          look for: what is one,
            and is it more than
            two?
          alone: cargo test -p sums --test e1_one -- first --exact --nocapture
        ");
    }

    #[test]
    fn beside_a_broken_neighbor_a_test_runs_alone_only_later() {
        let tests = vec![report("first", "panic", "no")];
        let text = said(Outcome::Ran(Trial { tests, ..Trial::default() }), true);
        insta::assert_snapshot!(text.lines().last().unwrap(), @"  alone, once exercises/01_sums/src/e2_two.rs compiles: cargo test -p sums --test e1_one -- first --exact --nocapture");
    }

    #[test]
    fn what_a_test_prints_cannot_garble_the_terminal() {
        let tests = vec![TestReport {
            message: "\u{1b}[2Jgone".to_owned(),
            hint: "look\rhere".to_owned(),
            output: "\u{1b}]0;title\u{7}\ta\n".to_owned(),
            ..report("first", "panic", "")
        }];
        let text = said(Outcome::Ran(Trial { tests, ..Trial::default() }), false);
        assert!(!text.contains('\u{1b}'));
        insta::assert_snapshot!(text, @r"
          FAILED  first

        First look at first
          your code printed
          | \u{1b}]0;title\u{7}	a
          \u{1b}[2Jgone
          look for: look\rhere
          alone: cargo test -p sums --test e1_one -- first --exact --nocapture
        ");
    }

    #[test]
    fn a_program_that_fails_after_its_tests_is_no_pass() {
        let trial = Trial {
            output: "abor\u{8}ted\n".to_owned(),
            tests: vec![report("first", "pass", "")],
            ..Trial::default()
        };
        assert!(!trial.solved());
        insta::assert_snapshot!(said(Outcome::Ran(trial), false), @r"
          ok      first

        Every test passed, and yet the test program failed: that is no pass.
          | abor\u{8}ted
        ");
    }

    #[test]
    fn an_end_before_the_tests_is_no_pass() {
        let trial = Trial {
            success: true,
            output: "test result: ok. 1 passed\n".to_owned(),
            missing: vec!["first".to_owned()],
            ended: Some("it was ended".to_owned()),
            ..Trial::default()
        };
        assert!(!trial.solved());
        insta::assert_snapshot!(said(Outcome::Ran(trial), false), @"
          NOT RUN first

        The test program ended before its tests did: that is no pass.
          it was ended
          | test result: ok. 1 passed
        ");
    }

    #[test]
    fn what_was_not_run_is_said() {
        insta::assert_snapshot!(said(Outcome::NoFile, false), @"exercises/01_sums/src/e1_one.rs is not there; `cargo course reset 1.1` puts it back as it was shipped.");
        insta::assert_snapshot!(said(Outcome::DoesNotCompile(Vec::new()), false), @"

        1.1 does not compile yet: see the error above.
        ");
    }
}
