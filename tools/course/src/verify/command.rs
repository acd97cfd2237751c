//! `cargo course verify`: checks what is asked for, item by item, and prints how far each came.

use std::io::Write;
use std::sync::atomic::AtomicBool;

use anyhow::{Result, ensure};

use super::checks::{Checks, Report};
use super::load::under_load;
use super::mistake::Mistake;
use crate::catalog::{Catalog, Exercise};

/// What to check, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Exercises, each by any of its names; none means all.
    pub exercises: Vec<String>,
    /// How often each check is repeated.
    pub repeat: u32,
    /// Keep the cores busy meanwhile.
    pub load: bool,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is as it must be.
    Right,
    /// Something is not.
    Wrong,
}

/// Checks stub, reference and every known mistake of the exercises asked for, and prints a line
/// for each. When `stop` is set, the current run ends and counts for nothing.
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
) -> Result<Outcome> {
    ensure!(options.repeat > 0, "nothing can be checked 0 times; leave --repeat out for once");
    let exercises = chosen(catalog, &options.exercises)?;
    let checks = Checks { catalog, times: options.repeat, stop };
    let mut work = || verify_each(&checks, &exercises, out);
    if options.load { under_load(work) } else { work() }
}

fn chosen<'a>(catalog: &'a Catalog, wanted: &[String]) -> Result<Vec<&'a Exercise>> {
    if wanted.is_empty() {
        return Ok(catalog.exercises.iter().collect());
    }
    wanted.iter().map(|name| catalog.find(name)).collect()
}

fn verify_each(checks: &Checks, exercises: &[&Exercise], out: &mut impl Write) -> Result<Outcome> {
    let mut lines = Lines { times: checks.times, wrong: 0, out };
    for exercise in exercises {
        let name = &exercise.target;
        lines.print(&format!("stub {name}: failed"), "", &checks.stub(exercise)?)?;
        lines.print(&format!("reference {name}: passed"), "", &checks.reference(exercise)?)?;
        for mistake in Mistake::all(exercise)? {
            let what = format!("mistake {name}/{}: rejected", mistake.name);
            let by = mistake.test.as_deref().unwrap_or("the compiler");
            lines.print(&what, &format!(" by {by}"), &checks.mistake(exercise, &mistake)?)?;
        }
    }
    lines.finish()
}

struct Lines<'a, W> {
    times: u32,
    wrong: u32,
    out: &'a mut W,
}

impl<W: Write> Lines<'_, W> {
    /// Prints the line of one check; fails where it was stopped.
    fn print(&mut self, what: &str, by: &str, report: &Report) -> Result<()> {
        let Report { reached, problem } = report;
        writeln!(self.out, "{what} {reached} of {}{by}", self.times)?;
        match problem {
            Some(problem) => {
                self.wrong += 1;
                let problem = problem.trim_end().replace('\n', "\n    ");
                Ok(writeln!(self.out, "  error: {problem}")?)
            }
            None => {
                ensure!(*reached == self.times, "stopped; the last line says how far it came");
                Ok(())
            }
        }
    }

    fn finish(self) -> Result<Outcome> {
        if self.wrong == 0 {
            return Ok(Outcome::Right);
        }
        let things = if self.wrong == 1 { "thing is" } else { "things are" };
        writeln!(self.out, "{} {things} not as must be; see the errors above", self.wrong)?;
        Ok(Outcome::Wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(report: &Report) -> (String, Result<Outcome>) {
        let mut out = Vec::new();
        let mut lines = Lines { times: 200, wrong: 0, out: &mut out };
        let printed = lines.print("mistake e1/m: rejected", " by t", report);
        let outcome = printed.and_then(|()| lines.finish());
        (String::from_utf8(out).unwrap(), outcome)
    }

    #[test]
    fn a_line_says_how_far_a_check_came() {
        let (said, outcome) = print(&Report { reached: 200, problem: None });
        assert_eq!(outcome.unwrap(), Outcome::Right);
        insta::assert_snapshot!(said, @"mistake e1/m: rejected 200 of 200 by t");
    }

    #[test]
    fn a_problem_is_printed_below_its_line() {
        let problem = Some("m.patch: no\nbecause".to_owned());
        let (said, outcome) = print(&Report { reached: 16, problem });
        assert_eq!(outcome.unwrap(), Outcome::Wrong);
        insta::assert_snapshot!(said, @r"
        mistake e1/m: rejected 16 of 200 by t
          error: m.patch: no
            because
        1 thing is not as must be; see the errors above
        ");
    }

    #[test]
    fn a_check_that_was_stopped_is_an_error_after_its_line() {
        let (said, outcome) = print(&Report { reached: 57, problem: None });
        insta::assert_snapshot!(outcome.unwrap_err(), @"stopped; the last line says how far it came");
        insta::assert_snapshot!(said, @"mistake e1/m: rejected 57 of 200 by t");
    }
}
