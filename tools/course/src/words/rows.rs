//! What a learner reads when many exercises are checked: a line for each.

use std::fmt::Write as _;

use super::visible::visible;
use crate::catalog::Catalog;
use crate::check::{Checked, Outcome};
use crate::report::TestReport;
use crate::trial::Trial;

/// The most characters of a line of a failure that are shown.
const MOST_LETTERS: usize = 72;

/// The line of one exercise; below it, in short, the first failure.
pub fn row(catalog: &Catalog, checked: &Checked) -> String {
    let exercise = checked.exercise;
    let mark = if checked.solved() { "solved" } else { "not solved" };
    let mut text = format!(
        "{mark:10}  {:5} {:18} {}",
        exercise.id(),
        exercise.title(),
        what(catalog, checked)
    );
    if !checked.altered.is_empty() && !matches!(checked.outcome, Outcome::NoTests) {
        text += "; its tests are not as shipped, see below";
    }
    if matches!(checked.outcome, Outcome::Ran(_)) && !checked.beside.is_empty() {
        let beside: Vec<String> = checked.beside.iter().map(|other| other.id()).collect();
        let _ = write!(text, "; beside {} as shipped", beside.join(", "));
    }
    text.push('\n');
    if let Outcome::Ran(trial) = &checked.outcome {
        text += &first_failure(trial);
    }
    text
}

/// How many of the exercises that were checked are solved.
pub fn checked_many(solved: usize, all: usize) -> String {
    format!("\n{solved} of {all} are solved.\n")
}

fn what(catalog: &Catalog, checked: &Checked) -> String {
    match &checked.outcome {
        Outcome::NoFile => format!("{} is not there", catalog.short(&checked.exercise.file())),
        Outcome::NoTests => "its tests are not there, see below".to_owned(),
        Outcome::DoesNotCompile(_) => "does not compile: see the error above".to_owned(),
        Outcome::Ran(trial) => {
            let all = trial.tests.len() + trial.missing.len();
            let passed = trial.tests.iter().filter(|test| test.passed()).count();
            match (passed == all, all) {
                (true, 1) => "1 test".to_owned(),
                (true, _) => format!("{all} tests"),
                (false, _) => format!("{passed} of {all} tests pass"),
            }
        }
    }
}

fn first_failure(trial: &Trial) -> String {
    let mut text = String::new();
    if let Some(test) = trial.tests.iter().find(|test| !test.passed()) {
        let TestReport { name, verdict, message, .. } = test;
        let _ = writeln!(text, "    {verdict} in {}", visible(name));
        for line in message.trim().lines().take(2) {
            let _ = writeln!(text, "    {}", cut(&visible(line)));
        }
    } else if let Some(ended) = &trial.ended {
        let _ = writeln!(text, "    the test program ended too early: {ended}");
    } else if let Some(name) = trial.missing.first() {
        let _ = writeln!(text, "    the test program ended before {} was run", visible(name));
    } else if !trial.solved() {
        text += "    the test program failed, although no test did\n";
    }
    text
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(MOST_LETTERS) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped::{Altered, How};
    use crate::verify::fixture::project;

    fn test(name: &str, verdict: &str, message: &str) -> TestReport {
        let [name, verdict, message] = [name, verdict, message].map(str::to_owned);
        TestReport { name, verdict, message, ms: 1, hint: String::new(), output: String::new() }
    }

    fn ran(success: bool, tests: Vec<TestReport>) -> Outcome {
        Outcome::Ran(Trial { success, tests, ..Trial::default() })
    }

    #[test]
    fn each_exercise_has_a_line_and_the_first_failure_in_short() {
        let (_folder, catalog) = project();
        let [one, two] = &catalog.exercises[..] else { panic!("there are two exercises") };
        let pass = || test("adds", "pass", "");
        let long = format!("\u{1b}[1m{}\nthird\n", "letters ".repeat(20));
        let fail = test("waits", "panic", &format!("panicked at src/e1_one.rs:1:1:\n{long}"));
        let altered = || {
            let file = "exercises/01_sums/tests/e1_one.rs".to_owned();
            vec![Altered { file, how: How::Changed, shipped: String::new() }]
        };
        let missing = Trial { missing: vec!["ends".to_owned()], ..Trial::default() };
        let ended = Trial { ended: Some("it was ended".to_owned()), ..Trial::default() };
        let rows = [
            (ran(true, vec![pass()]), vec![], vec![]),
            (ran(true, vec![pass(), pass()]), vec![], vec![two]),
            (ran(true, vec![pass(), pass()]), altered(), vec![]),
            (ran(false, vec![pass(), fail]), vec![], vec![]),
            (ran(false, vec![pass(), pass()]), vec![], vec![]),
            (Outcome::Ran(missing), vec![], vec![]),
            (Outcome::Ran(ended), vec![], vec![]),
            (Outcome::DoesNotCompile(Vec::new()), vec![], vec![]),
            (Outcome::NoFile, vec![], vec![]),
            (Outcome::NoTests, altered(), vec![]),
        ];
        let rows = rows.map(|(outcome, altered, beside)| {
            row(&catalog, &Checked { exercise: one, outcome, altered, beside })
        });
        insta::assert_snapshot!(rows.concat(), @r"
        solved      1.1   One                1 test
        solved      1.1   One                2 tests; beside 1.2 as shipped
        not solved  1.1   One                2 tests; its tests are not as shipped, see below
        not solved  1.1   One                1 of 2 tests pass
            panic in waits
            panicked at src/e1_one.rs:1:1:
            \u{1b}[1mletters letters letters letters letters letters letters letters...
        not solved  1.1   One                2 tests
            the test program failed, although no test did
        not solved  1.1   One                0 of 1 tests pass
            the test program ended before ends was run
        not solved  1.1   One                0 tests
            the test program ended too early: it was ended
        not solved  1.1   One                does not compile: see the error above
        not solved  1.1   One                exercises/01_sums/src/e1_one.rs is not there
        not solved  1.1   One                its tests are not there, see below
        ");
        insta::assert_snapshot!(checked_many(1, 2), @"

        1 of 2 are solved.
        ");
    }
}
