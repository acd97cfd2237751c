//! A program that has surely started, and waits for the test, who looks at it meanwhile.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A line of shell that says when it runs, then waits for a line, and runs what stands in it.
///
/// `Command::spawn` returns while the kernel still builds the new program, whose arguments may not
/// be in `/proc` by then. So the program itself has to say that it runs.
pub const SCRIPT: &str = "echo ready; read line; eval \"$line\"";

/// A shell that runs [`SCRIPT`]; it ends with this value.
pub struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Running {
    /// Starts what must run [`SCRIPT`], and waits until it does.
    pub fn start(command: &mut Command) -> Running {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut running = Running { child, input, output };
        running.wait_until_ready();
        running
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Has the shell run this line, which must print `ready`, and waits until it has.
    pub fn run(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
        self.wait_until_ready();
    }

    fn wait_until_ready(&mut self) {
        let mut said = String::new();
        self.output.read_line(&mut said).unwrap();
        assert_eq!(said, "ready\n", "what the program of this test says when it runs");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Neither fails: nobody else has waited for the child.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
