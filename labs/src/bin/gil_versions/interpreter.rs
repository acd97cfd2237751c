//! One interpreter, and what it says to the questions of the lab.

use anyhow::{Context, Result};
use labs::python::{Python, said_by};

const COUNTS: &str = include_str!("counts.py");
const HEARTBEATS: &str = include_str!("../../../../listings/15_gil/examples/heartbeats.py");
const OWN_INTERPRETER: &str =
    include_str!("../../../../listings/15_gil/examples/own_interpreter.py");

/// An interpreter, and a number for each question.
pub struct Interpreter {
    pub python: Python,
    pub answers: Vec<(String, i64)>,
}

impl Interpreter {
    /// Asks an interpreter.
    ///
    /// # Errors
    ///
    /// Fails where a program does not end well, or says what is no answer.
    pub fn ask(python: Python) -> Result<Interpreter> {
        let mut said = said_by(python.name, &["-c", HEARTBEATS, "--count"])?;
        said += &said_by(python.name, &["-c", COUNTS])?;
        if python.version >= (3, 8) {
            said += &said_by(python.name, &["-c", OWN_INTERPRETER, "--count"])?;
        }
        let answer = |line: &str| {
            let (question, number) = line.rsplit_once(": ").context("it answers no question")?;
            Ok((question.to_owned(), number.parse()?))
        };
        let answers = said.lines().map(answer).collect::<Result<_>>()?;
        Ok(Interpreter { python, answers })
    }

    /// The number that it has said to this question, if it was asked.
    pub fn answer(&self, question: &str) -> Option<i64> {
        self.answers.iter().find(|(asked, _)| asked == question).map(|(_, number)| *number)
    }
}
