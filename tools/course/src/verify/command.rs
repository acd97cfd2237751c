//! `cargo course verify`: checks what is asked for, item by item, and prints how far each came.

use std::io::Write;
use std::sync::atomic::AtomicBool;

use anyhow::Result;

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
    /// The checks were stopped; what they reached is printed.
    Interrupted,
}

/// Checks stub, reference and every known mistake of the exercises asked for, and prints a line
/// for each. When `stop` is set, the current run ends and counts for nothing.
///
/// # Errors
///
/// Fails where an exercise is not known, a file cannot be read, Cargo cannot be started, or `out`
/// cannot be written.
pub fn verify(
    catalog: &Catalog,
    options: &Options,
    stop: &AtomicBool,
    out: &mut impl Write,
) -> Result<Outcome> {
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
        if !lines.print(&format!("stub {name}: failed"), "", &checks.stub(exercise)?)? {
            return Ok(Outcome::Interrupted);
        }
        if !lines.print(&format!("reference {name}: passed"), "", &checks.reference(exercise)?)? {
            return Ok(Outcome::Interrupted);
        }
        for mistake in Mistake::all(exercise)? {
            let what = format!("mistake {name}/{}: rejected", mistake.name);
            let by = mistake.test.as_deref().unwrap_or("the compiler");
            if !lines.print(&what, &format!(" by {by}"), &checks.mistake(exercise, &mistake)?)? {
                return Ok(Outcome::Interrupted);
            }
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
    /// Prints the line of one check; false where it was stopped.
    fn print(&mut self, what: &str, by: &str, report: &Report) -> Result<bool> {
        let Report { reached, problem } = report;
        writeln!(self.out, "{what} {reached} of {}{by}", self.times)?;
        if let Some(problem) = problem {
            self.wrong += 1;
            writeln!(self.out, "  error: {}", problem.trim_end().replace('\n', "\n    "))?;
        }
        let stopped = problem.is_none() && *reached < self.times;
        if stopped {
            writeln!(self.out, "interrupted")?;
        }
        Ok(!stopped)
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

    fn lines(reports: &[Report]) -> String {
        let mut out = Vec::new();
        let mut lines = Lines { times: 200, wrong: 0, out: &mut out };
        for report in reports {
            lines.print("mistake e1/m: rejected", " by t", report).unwrap();
        }
        lines.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_line_says_how_far_it_came() {
        let right = Report { reached: 200, problem: None };
        insta::assert_snapshot!(lines(&[right]), @"mistake e1/m: rejected 200 of 200 by t");
        let wrong = Report { reached: 16, problem: Some("m.patch: no\nbecause".to_owned()) };
        insta::assert_snapshot!(lines(&[wrong]), @r#"
        mistake e1/m: rejected 16 of 200 by t
          error: m.patch: no
            because
        1 thing is not as must be; see the errors above
        "#);
        let stopped = Report { reached: 57, problem: None };
        insta::assert_snapshot!(lines(&[stopped]), @r#"
        mistake e1/m: rejected 57 of 200 by t
        interrupted
        "#);
    }
}
