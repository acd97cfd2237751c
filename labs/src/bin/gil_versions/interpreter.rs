//! One interpreter, and what it says to the questions of the lab.

use std::process::Command;

use anyhow::{Context, Result, bail};

const COUNTS: &str = include_str!("counts.py");
const HEARTBEATS: &str = include_str!("../../../../listings/15_gil/examples/heartbeats.py");
const OWN_INTERPRETER: &str =
    include_str!("../../../../listings/15_gil/examples/own_interpreter.py");

/// What one interpreter has said: its version, and a number for each question.
pub struct Interpreter {
    pub version: (u32, u32),
    pub full_version: String,
    pub has_gil: bool,
    pub answers: Vec<(String, i64)>,
}

/// The version of the interpreter of that name, and whether it has the lock; `None` where it does not start.
pub fn version_of(name: &str) -> Option<(String, bool)> {
    let ask = "import sys; print('.'.join(map(str, sys.version_info[:3]))); \
               print(getattr(sys, '_is_gil_enabled', lambda: True)())";
    let said = said_by(name, &["-c", ask]).ok()?;
    let (version, has_gil) = said.trim().split_once('\n')?;
    Some((version.to_owned(), has_gil == "True"))
}

fn said_by(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).output()?;
    if !output.status.success() {
        bail!(
            "{program} ends with {}:\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

impl Interpreter {
    /// Asks the interpreter of that name.
    ///
    /// # Errors
    ///
    /// Fails where a program does not end well, or says what is no answer.
    pub fn ask(name: &str, full_version: String, has_gil: bool) -> Result<Interpreter> {
        let mut numbers = full_version.split('.').map(str::parse);
        let mut next =
            || numbers.next().context("a version has three numbers")?.context("of digits");
        let version = (next()?, next()?);
        let mut said = said_by(name, &["-c", HEARTBEATS, "--count"])?;
        said += &said_by(name, &["-c", COUNTS])?;
        if version >= (3, 8) {
            said += &said_by(name, &["-c", OWN_INTERPRETER, "--count"])?;
        }
        let answer = |line: &str| {
            let (question, number) = line.rsplit_once(": ").context("it answers no question")?;
            Ok((question.to_owned(), number.parse()?))
        };
        let answers = said.lines().map(answer).collect::<Result<_>>()?;
        Ok(Interpreter { version, full_version, has_gil, answers })
    }

    /// The number that it has said to this question, if it was asked.
    pub fn answer(&self, question: &str) -> Option<i64> {
        self.answers.iter().find(|(asked, _)| asked == question).map(|(_, number)| *number)
    }
}
