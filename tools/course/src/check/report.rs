//! What came of a check, for other programs (`--json`, `--junit`).

use serde::Serialize;

use super::checked::{Checked, Outcome};
use crate::catalog::{Catalog, Exercise};
use crate::shipped::Altered;

/// What came of a check.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// How many of the exercises are solved.
    pub solved: usize,
    /// In reading order.
    pub exercises: Vec<Entry>,
}

/// What came of one exercise.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// Such as `2.1`.
    pub id: String,
    /// Such as `run_child`.
    pub name: String,
    /// Such as `Run child`.
    pub title: String,
    /// Such as `02_lifecycle`.
    pub chapter: String,
    /// What the learner edits, from the folder of the project.
    pub file: String,
    /// `solved`, `failed`, `does-not-compile`, `no-file`, or `altered`: its tests are not as they
    /// were shipped.
    pub verdict: &'static str,
    pub tests: Vec<Test>,
    /// What the compiler says, where it does not compile.
    pub compile_errors: Vec<String>,
    /// Files that decide on it and are not as they were shipped.
    pub altered_files: Vec<Altered>,
    /// Exercises of the chapter that do not compile; beside it they were as shipped.
    pub beside_as_shipped: Vec<String>,
    /// Where the test program failed although no test did: what it printed, and why it was ended.
    pub program: Option<String>,
}

/// What came of one test.
#[derive(Debug, Serialize)]
pub struct Test {
    pub name: String,
    /// `pass`, `not-run`, or the kind of failure, such as `panic` or `timeout`.
    pub verdict: String,
    pub took_ms: u64,
    /// Why it failed; empty if it did not.
    pub message: String,
    /// What to look for; may be empty.
    pub hint: String,
    /// What the code printed.
    pub output: String,
}

impl Report {
    pub fn add(&mut self, catalog: &Catalog, checked: &Checked) {
        self.solved += usize::from(checked.solved());
        self.exercises.push(Entry::of(catalog, checked));
    }
}

impl Entry {
    pub(crate) fn of(catalog: &Catalog, checked: &Checked) -> Entry {
        let (mut tests, mut compile_errors, mut program) = (Vec::new(), Vec::new(), None);
        match &checked.outcome {
            Outcome::NoFile | Outcome::NoTests => {}
            Outcome::DoesNotCompile(errors) => {
                compile_errors = errors.iter().map(|error| error.text.clone()).collect();
            }
            Outcome::Ran(trial) => {
                tests = trial.tests.iter().map(Test::of).collect();
                tests.extend(trial.missing.iter().map(|name| Test::not_run(name)));
                let failed = trial.tests.iter().any(|test| !test.passed());
                if !failed && !trial.solved() {
                    let ended = trial.ended.iter().map(String::as_str);
                    let said: Vec<&str> = ended.chain([trial.output.as_str()]).collect();
                    program = Some(said.join("\n"));
                }
            }
        }
        Entry {
            tests,
            compile_errors,
            altered_files: checked.altered.clone(),
            beside_as_shipped: checked.beside.iter().map(|other| other.id()).collect(),
            program,
            ..Entry::without_tests(catalog, checked.exercise, checked.verdict())
        }
    }

    /// An exercise of which no test was run.
    pub(crate) fn without_tests(
        catalog: &Catalog,
        exercise: &Exercise,
        verdict: &'static str,
    ) -> Entry {
        Entry {
            id: exercise.id(),
            name: exercise.name().to_owned(),
            title: exercise.title(),
            chapter: exercise.chapter.clone(),
            file: catalog.short(&exercise.file()),
            verdict,
            tests: Vec::new(),
            compile_errors: Vec::new(),
            altered_files: Vec::new(),
            beside_as_shipped: Vec::new(),
            program: None,
        }
    }
}

impl Test {
    fn of(test: &crate::report::TestReport) -> Test {
        Test {
            name: test.name.clone(),
            verdict: test.verdict.clone(),
            took_ms: test.ms,
            message: test.message.clone(),
            hint: test.hint.clone(),
            output: test.output.clone(),
        }
    }

    fn not_run(name: &str) -> Test {
        Test {
            name: name.to_owned(),
            verdict: "not-run".to_owned(),
            took_ms: 0,
            message: String::new(),
            hint: String::new(),
            output: String::new(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::report::TestReport;
    use crate::shipped::How;
    use crate::trial::{CompileError, Trial};
    use crate::verify::fixture::project;

    /// A report with something of everything.
    pub(in crate::check) fn full() -> Report {
        let (_folder, catalog) = project();
        let [one, two] = &catalog.exercises[..] else { panic!("there are two exercises") };
        let test = |name: &str, verdict: &str, message: &str| TestReport {
            name: name.to_owned(),
            verdict: verdict.to_owned(),
            ms: 1_250,
            message: message.to_owned(),
            hint: "what is \"one\"?".to_owned(),
            output: "\u{1b}[31m<one> & two\n".to_owned(),
        };
        let trial = Trial {
            tests: vec![test("adds", "pass", ""), test("waits", "panic", "1 < 2\nis \"wrong\"")],
            missing: vec!["ends".to_owned()],
            ..Trial::default()
        };
        let error = CompileError { text: "error: no\n".to_owned(), ..CompileError::default() };
        let tests = "exercises/01_sums/tests/e2_two.rs".to_owned();
        let altered = Altered { file: tests, how: How::Changed, shipped: "12".to_owned() };
        let forged =
            Trial { output: "ok\n".to_owned(), ended: Some("why".into()), ..Trial::default() };
        let mut report = Report::default();
        for (exercise, outcome, altered, beside) in [
            (one, Outcome::Ran(trial), vec![], vec![two]),
            (two, Outcome::DoesNotCompile(vec![error]), vec![altered.clone()], vec![]),
            (one, Outcome::NoFile, vec![], vec![]),
            (two, Outcome::NoTests, vec![altered], vec![]),
            (one, Outcome::Ran(forged), vec![], vec![]),
        ] {
            report.add(&catalog, &Checked { exercise, outcome, altered, beside });
        }
        report
    }

    #[test]
    fn a_report_has_all_that_is_known() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&full()).unwrap(), @r#"
        {
          "solved": 0,
          "exercises": [
            {
              "id": "1.1",
              "name": "one",
              "title": "One",
              "chapter": "01_sums",
              "file": "exercises/01_sums/src/e1_one.rs",
              "verdict": "failed",
              "tests": [
                {
                  "name": "adds",
                  "verdict": "pass",
                  "took_ms": 1250,
                  "message": "",
                  "hint": "what is \"one\"?",
                  "output": "\u001b[31m<one> & two\n"
                },
                {
                  "name": "waits",
                  "verdict": "panic",
                  "took_ms": 1250,
                  "message": "1 < 2\nis \"wrong\"",
                  "hint": "what is \"one\"?",
                  "output": "\u001b[31m<one> & two\n"
                },
                {
                  "name": "ends",
                  "verdict": "not-run",
                  "took_ms": 0,
                  "message": "",
                  "hint": "",
                  "output": ""
                }
              ],
              "compile_errors": [],
              "altered_files": [],
              "beside_as_shipped": [
                "1.2"
              ],
              "program": null
            },
            {
              "id": "1.2",
              "name": "two",
              "title": "Two",
              "chapter": "01_sums",
              "file": "exercises/01_sums/src/e2_two.rs",
              "verdict": "does-not-compile",
              "tests": [],
              "compile_errors": [
                "error: no\n"
              ],
              "altered_files": [
                {
                  "file": "exercises/01_sums/tests/e2_two.rs",
                  "how": "changed"
                }
              ],
              "beside_as_shipped": [],
              "program": null
            },
            {
              "id": "1.1",
              "name": "one",
              "title": "One",
              "chapter": "01_sums",
              "file": "exercises/01_sums/src/e1_one.rs",
              "verdict": "no-file",
              "tests": [],
              "compile_errors": [],
              "altered_files": [],
              "beside_as_shipped": [],
              "program": null
            },
            {
              "id": "1.2",
              "name": "two",
              "title": "Two",
              "chapter": "01_sums",
              "file": "exercises/01_sums/src/e2_two.rs",
              "verdict": "altered",
              "tests": [],
              "compile_errors": [],
              "altered_files": [
                {
                  "file": "exercises/01_sums/tests/e2_two.rs",
                  "how": "changed"
                }
              ],
              "beside_as_shipped": [],
              "program": null
            },
            {
              "id": "1.1",
              "name": "one",
              "title": "One",
              "chapter": "01_sums",
              "file": "exercises/01_sums/src/e1_one.rs",
              "verdict": "failed",
              "tests": [],
              "compile_errors": [],
              "altered_files": [],
              "beside_as_shipped": [],
              "program": "why\nok\n"
            }
          ]
        }
        "#);
    }
}
