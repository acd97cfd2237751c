//! `cargo course verify`: checks what is asked for, item by item, and prints how far each came.

use std::io::Write;
use std::sync::atomic::AtomicBool;

use anyhow::{Result, ensure};
use serde::Serialize;

use super::checks::{self, Checks};
use super::load::under_load;
use super::mistake::Mistake;
use crate::catalog::{Catalog, Exercise};

/// What to check, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Exercises or chapters, each by any of its names; none means all.
    pub exercises: Vec<String>,
    /// Which of its checks; `None` means all.
    pub only: Option<Only>,
    /// How often each check is repeated.
    pub repeat: u32,
    /// Keep the cores busy meanwhile.
    pub load: bool,
}

/// One of the things that belong to an exercise: repeating what is slow, the mistakes, is worth less
/// than repeating the reference, which must never fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Only {
    /// The stub as shipped, on which every test must fail
    Stub,
    /// The reference, on which every test must pass
    Reference,
    /// The known mistakes, each of which a test must reject
    Mistakes,
}

/// How it ended, for other programs.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether all is as it must be.
    pub right: bool,
    pub checks: Vec<Check>,
}

/// How one check ended.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Such as `2.1`.
    pub id: String,
    /// Such as `run_child`.
    pub name: String,
    /// `stub`, `reference` or `mistake`.
    pub what: &'static str,
    /// The name of the mistake.
    pub mistake: Option<String>,
    /// The test that rejects the mistake; nothing where the compiler does.
    pub by: Option<String>,
    /// How often it was to be checked, and how often in a row it went as it must.
    pub times: u32,
    pub reached: u32,
    /// What is wrong, and how to mend it.
    pub problem: Option<String>,
}

/// Checks stub, reference and every known mistake of the exercises asked for, or only one kind of
/// these, and prints a line for each. When `stop` is set, the current run ends and counts for nothing.
///
/// # Errors
///
/// Fails where an exercise is not known, a file cannot be read, Cargo cannot be started, or `out`
/// cannot be written; and where it was stopped, after what it reached is printed.
pub fn verify(
    catalog: &Catalog,
    options: &Options,
    stop: &AtomicBool,
    out: &mut impl Write,
) -> Result<Report> {
    ensure!(options.repeat > 0, "nothing can be checked 0 times; leave --repeat out for once");
    let exercises = chosen(catalog, &options.exercises)?;
    ensure!(
        catalog.has_references(),
        "this copy of the course comes without references and known mistakes, so there is nothing \
         to verify; verify the project that it was made from"
    );
    let checks = Checks { catalog, times: options.repeat, stop };
    let mut work = || verify_each(&checks, &exercises, options.only, out);
    if options.load { under_load(work) } else { work() }
}

fn chosen<'a>(catalog: &'a Catalog, wanted: &[String]) -> Result<Vec<&'a Exercise>> {
    if wanted.is_empty() {
        return Ok(catalog.exercises.iter().collect());
    }
    let found = wanted.iter().map(|name| catalog.find_all(name));
    Ok(found.collect::<Result<Vec<_>>>()?.concat())
}

fn verify_each(
    checks: &Checks,
    exercises: &[&Exercise],
    only: Option<Only>,
    out: &mut impl Write,
) -> Result<Report> {
    let wanted = |what| only.is_none_or(|only| only == what);
    let mut lines = Lines { times: checks.times, checks: Vec::new(), out };
    for exercise in exercises {
        if wanted(Only::Stub) {
            lines.add(exercise, "stub", None, checks.stub(exercise)?)?;
        }
        if wanted(Only::Reference) {
            lines.add(exercise, "reference", None, checks.reference(exercise)?)?;
        }
        let mistakes = if wanted(Only::Mistakes) { Mistake::all(exercise)? } else { Vec::new() };
        for mistake in mistakes {
            lines.add(exercise, "mistake", Some(&mistake), checks.mistake(exercise, &mistake)?)?;
        }
    }
    lines.finish()
}

struct Lines<'a, W> {
    times: u32,
    checks: Vec<Check>,
    out: &'a mut W,
}

impl<W: Write> Lines<'_, W> {
    /// Prints the line of one check; fails where it was stopped.
    fn add(
        &mut self,
        exercise: &Exercise,
        what: &'static str,
        mistake: Option<&Mistake>,
        report: checks::Report,
    ) -> Result<()> {
        let checks::Report { reached, problem } = report;
        let target = &exercise.target;
        let line = match (what, mistake) {
            (_, Some(mistake)) => format!("mistake {target}/{}: rejected", mistake.name),
            ("stub", _) => format!("stub {target}: failed"),
            _ => format!("{what} {target}: passed"),
        };
        let by = mistake.map_or_else(String::new, |mistake| {
            format!(" by {}", mistake.test.as_deref().unwrap_or("the compiler"))
        });
        writeln!(self.out, "{line} {reached} of {}{by}", self.times)?;
        if let Some(problem) = &problem {
            writeln!(self.out, "  error: {}", problem.trim_end().replace('\n', "\n    "))?;
        }
        let is_whole = problem.is_some() || reached == self.times;
        self.checks.push(Check {
            id: exercise.id(),
            name: exercise.name().to_owned(),
            what,
            mistake: mistake.map(|mistake| mistake.name.clone()),
            by: mistake.and_then(|mistake| mistake.test.clone()),
            times: self.times,
            reached,
            problem,
        });
        ensure!(is_whole, "stopped; the last line says how far it came");
        Ok(())
    }

    fn finish(self) -> Result<Report> {
        let wrong = self.checks.iter().filter(|check| check.problem.is_some()).count();
        if wrong > 0 {
            let things = if wrong == 1 { "thing is" } else { "things are" };
            writeln!(self.out, "{wrong} {things} not as must be; see the errors above")?;
        }
        Ok(Report { right: wrong == 0, checks: self.checks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::project;
    use crate::verify::mirror;

    const PATCH: &str = "test: t\nkind: panic\nwhy: w.\n--- a/e1_one.rs\n+++ b/e1_one.rs\n@@ -1,3 \
                         +1,3 @@\n pub fn one() -> u32 {\n-    1\n+    2\n }\n";

    fn print(report: checks::Report) -> (String, Result<Report>) {
        let (_folder, catalog) = project();
        let exercise = &catalog.exercises[0];
        let file = exercise.mistakes().join("m.patch");
        mirror::write(&file, PATCH).unwrap();
        let mistake = Mistake::read(&file).unwrap();
        let mut out = Vec::new();
        let mut lines = Lines { times: 200, checks: Vec::new(), out: &mut out };
        let printed = lines.add(exercise, "mistake", Some(&mistake), report);
        let outcome = printed.and_then(|()| lines.finish());
        (String::from_utf8(out).unwrap(), outcome)
    }

    #[test]
    fn a_line_says_how_far_a_check_came() {
        let (said, outcome) = print(checks::Report { reached: 200, problem: None });
        assert!(outcome.unwrap().right);
        insta::assert_snapshot!(said, @"mistake e1_one/m: rejected 200 of 200 by t");
    }

    #[test]
    fn a_problem_is_printed_below_its_line() {
        let problem = Some("m.patch: no\nbecause".to_owned());
        let (said, outcome) = print(checks::Report { reached: 16, problem });
        insta::assert_snapshot!(said, @r"
        mistake e1_one/m: rejected 16 of 200 by t
          error: m.patch: no
            because
        1 thing is not as must be; see the errors above
        ");
        insta::assert_snapshot!(serde_json::to_string_pretty(&outcome.unwrap()).unwrap(), @r#"
        {
          "right": false,
          "checks": [
            {
              "id": "1.1",
              "name": "one",
              "what": "mistake",
              "mistake": "m",
              "by": "t",
              "times": 200,
              "reached": 16,
              "problem": "m.patch: no\nbecause"
            }
          ]
        }
        "#);
    }

    #[test]
    fn without_references_there_is_nothing_to_verify() {
        let (_folder, catalog) = project();
        std::fs::remove_file(catalog.exercises[0].solution()).unwrap();
        let options = Options { exercises: Vec::new(), only: None, repeat: 1, load: false };
        let mut out = Vec::new();
        let error = verify(&catalog, &options, &AtomicBool::new(false), &mut out).unwrap_err();
        insta::assert_snapshot!(error, @"this copy of the course comes without references and known mistakes, so there is nothing to verify; verify the project that it was made from");
        assert!(out.is_empty());
    }

    #[test]
    fn a_check_that_was_stopped_is_an_error_after_its_line() {
        let (said, outcome) = print(checks::Report { reached: 57, problem: None });
        insta::assert_snapshot!(outcome.unwrap_err(), @"stopped; the last line says how far it came");
        insta::assert_snapshot!(said, @"mistake e1_one/m: rejected 57 of 200 by t");
    }
}
