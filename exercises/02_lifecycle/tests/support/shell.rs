//! A program that says when it runs, and then waits for the test, who can look at it meanwhile.

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::fs;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, OwnedFd};

use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{Pid, dup2_stdin, dup2_stdout};

/// What the shell does.
pub const SCRIPT: &CStr = c"echo ready; read code; exit $code";

/// A shell that runs [`SCRIPT`].
pub struct Shell {
    pub pid: Pid,
    input: PipeWriter,
    output: PipeReader,
}

impl Shell {
    /// Calls `start`, which starts a shell with this script, and waits until the shell runs.
    pub fn started_by(start: impl FnOnce() -> Pid) -> Shell {
        let (its_input, input) = io::pipe().unwrap();
        let (mut output, its_output) = io::pipe().unwrap();
        let redirected = Redirected::to(its_input, its_output);
        let pid = start();
        drop(redirected);
        let mut said = [0; 6];
        if output.read_exact(&mut said).is_err() {
            panic!("no program ran in the child; it has ended: {:?}", waitpid(pid, None));
        }
        assert_eq!(&said, b"ready\n", "what the shell says first");
        Shell { pid, input, output }
    }

    /// A file of `/proc/PID/`.
    pub fn file(&self, name: &str) -> Vec<u8> {
        fs::read(format!("/proc/{}/{name}", self.pid)).unwrap()
    }

    /// The descriptors that are open in the program.
    pub fn descriptors(&self) -> BTreeSet<i32> {
        numbers(&format!("/proc/{}/fd", self.pid))
    }

    /// Lets the shell exit with this code, and waits for its end.
    pub fn end_with(mut self, code: u8) -> nix::Result<WaitStatus> {
        writeln!(self.input, "{code}").unwrap();
        // Its end closes the pipe.
        self.output.read_to_end(&mut Vec::new()).unwrap();
        waitpid(self.pid, None)
    }
}

/// The descriptors of this process that a program would inherit.
pub fn inheritable() -> BTreeSet<i32> {
    let mut open = numbers("/proc/self/fd");
    // SAFETY: the call asks for flags. That of a number which is no descriptor any more is -1.
    open.retain(|&number| unsafe { libc::fcntl(number, libc::F_GETFD) } & libc::FD_CLOEXEC == 0);
    open
}

fn numbers(folder: &str) -> BTreeSet<i32> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    entries.map(|name| name.to_str().unwrap().parse().unwrap()).collect()
}

/// Standard input and output lead elsewhere while it lives, also where a panic ends its life.
struct Redirected {
    input: OwnedFd,
    output: OwnedFd,
}

impl Redirected {
    fn to(input: PipeReader, output: PipeWriter) -> Redirected {
        let usual = Redirected {
            input: io::stdin().as_fd().try_clone_to_owned().unwrap(),
            output: io::stdout().as_fd().try_clone_to_owned().unwrap(),
        };
        dup2_stdin(input).unwrap();
        dup2_stdout(output).unwrap();
        usual
    }
}

impl Drop for Redirected {
    fn drop(&mut self) {
        dup2_stdin(&self.input).unwrap();
        dup2_stdout(&self.output).unwrap();
    }
}
