//! A program that has surely started, and waits for the test, who looks at it meanwhile.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Waits for lines of text, and runs what stands in them.
pub const SCRIPT: &str = "while read line; do eval \"$line\"; done";

/// A shell that runs [`SCRIPT`]; it ends with this value.
pub struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Running {
    /// Starts what must run [`SCRIPT`], and waits until it does.
    ///
    /// `Command::spawn` can return while the kernel still builds the new program, whose arguments
    /// may not be in `/proc` by then. So the program itself has to say that it runs.
    pub fn start(command: &mut Command) -> Running {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut running = Running { child, input, output };
        running.run("echo ready");
        running
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Has the shell run this line, which must print `ready`, and waits until it has.
    pub fn run(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
        let mut said = String::new();
        self.output.read_line(&mut said).unwrap();
        assert_eq!(said, "ready\n", "what the program of this test says when it runs");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail where a test has waited for the child itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
