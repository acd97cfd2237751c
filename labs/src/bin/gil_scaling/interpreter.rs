//! An interpreter that stays, and does a batch of work whenever it is asked.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use labkit::Cost;
use labs::python::Python;

use crate::work::{Kind, NAP};

const WORK: &str = include_str!("work.py");

/// An interpreter that runs; it ends with this value.
pub struct Interpreter {
    child: Child,
    wires: RefCell<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Interpreter {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// Fails where it does not start.
    pub fn start(python: &Python) -> Result<Interpreter> {
        let nap = NAP.as_secs_f64().to_string();
        let mut child = Command::new(python.name)
            .args(["-c", WORK, &nap])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} does not start", python.name))?;
        let ends = child.stdin.take().zip(child.stdout.take());
        let (input, output) = ends.context("both were asked for")?;
        Ok(Interpreter { child, wires: RefCell::new((input, BufReader::new(output))) })
    }

    /// Has so much work done, by so many `workers`, `threads` or `processes`, the same share of it in each; returns
    /// the sum of the results, and what it cost by the interpreter's clocks.
    ///
    /// # Errors
    ///
    /// Fails where the interpreter has ended, or does not answer.
    pub fn batch(
        &self,
        kind: Kind,
        (workers, count): (&str, u32),
        amount: u32,
    ) -> Result<(u64, Cost)> {
        let (input, output) = &mut *self.wires.borrow_mut();
        writeln!(input, "{} {workers} {count} {amount}", kind.name())
            .context("the interpreter has ended; what it said is above")?;
        let mut line = String::new();
        output.read_line(&mut line)?;
        let mut numbers = line.split_whitespace().map(str::parse::<u64>);
        let mut next = || {
            let number = numbers.next().context("the interpreter does not answer")?;
            number.with_context(|| format!("the interpreter answers {line:?}"))
        };
        let [wall, cpu] = [next()?, next()?].map(Duration::from_nanos);
        Ok((next()?, Cost { wall, cpu }))
    }
}

impl Drop for Interpreter {
    fn drop(&mut self) {
        // Its partners see that the other ends of their sockets are closed, and end as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
