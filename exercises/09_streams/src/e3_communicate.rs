//! Feed a program and collect what it prints, at the same time and in one thread.
//!
//! The tests go green in four steps: `step1` it is fed and read, `step2` no deadlock, `step3` the
//! limits, `step4` signals. `cargo test -p streams --test e3_communicate step1` runs the first step.

use std::{io, process::Command, time::Duration};

use crate::given::Outcome;

/// What there is of a program that has ended.
#[derive(Debug)]
pub struct Captured {
    /// What was printed to its standard output.
    pub stdout: Vec<u8>,
    /// What was printed to its standard error.
    pub stderr: Vec<u8>,
    /// How it has ended.
    pub outcome: Outcome,
    /// How many bytes of the input went into the pipe to it.
    pub input_taken: usize,
}

/// Why there is not all of it.
#[derive(Debug)]
pub enum CommError {
    /// The program was not started.
    Spawn(io::Error),
    /// The time is over. This is what there was by then.
    TimedOut(Box<Captured>),
    /// An output has more than `limit` bytes. This has the first `limit` of them.
    TooMuchOutput(Box<Captured>),
    /// Something else failed. The program has been killed.
    Io(io::Error),
}

/// Runs a program in a process group of its own: writes `input` to its standard input and closes
/// that, reads its standard output and standard error to their ends, and waits until it has ended.
/// It does all of this at the same time, however the program reads, prints and closes, in the thread
/// of the caller, which sleeps while there is nothing to do. Input that is not read is no error: when
/// the program and both outputs have ended, it is over, though another process may hold the input.
///
/// When `timeout` is over ([`Duration::MAX`] never is), or an output has more than `limit` bytes, it
/// kills the process group, waits for the program alone, and returns. A process that has left the
/// group may run on then, and keep an output open. Where nothing fails, no other process is killed.
///
/// Signals that the caller handles neither end nor prolong the call. SIGPIPE is ignored, as in every
/// Rust program, and SIGCHLD is not. The call leaves no child, no thread and no descriptor.
///
/// # Errors
///
/// Fails as [`CommError`] says.
pub fn communicate(
    command: &mut Command,
    input: &[u8],
    limit: usize,
    timeout: Duration,
) -> Result<Captured, CommError> {
    // TODO: draw who waits for whom before you write.
    todo!("{command:?}, {} bytes of input, {limit} of output, {timeout:?}", input.len())
}
