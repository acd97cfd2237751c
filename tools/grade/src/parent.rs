//! The side of libtest: starts the supervisor, collects output and verdict, and prints them.

use std::env;
use std::io::{self, PipeReader, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::panic::resume_unwind;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::SUPERVISES;
use crate::capture::Capture;
use crate::message::{self, Verdict};
use crate::options::Options;
use crate::report::{self, Entry, REPORT};
use crate::verdict::{Failure, Kind};

/// How long the supervisor may take beyond the time limit of the test.
const GRACE: Duration = Duration::from_secs(12);

/// Runs the test `name` in a process of its own.
///
/// # Panics
///
/// Panics where the test fails, so that libtest counts it; all that is to be said is printed.
pub(crate) fn run(name: &str, options: &Options) {
    let start = Instant::now();
    let (output, verdict) = supervised(name, options)
        .unwrap_or_else(|error| (String::new(), Err(Failure::not_started(&error))));

    print!("{output}");
    if !output.is_empty() && !output.ends_with('\n') {
        println!();
    }
    // The hint of a test is about its subject; an escaped child has a cause of its own.
    let escaped = verdict.as_ref().is_err_and(|failure| failure.kind == Kind::Escaped);
    let hint = if escaped { "" } else { options.hint };
    let entry = Entry { name, verdict: &verdict, took: start.elapsed(), hint, output: &output };
    if let Err(error) = report::add(&entry) {
        eprintln!("the verdict cannot be written to the file that {REPORT} names: {error}");
    }
    if let Err(failure) = verdict {
        fail(&failure, hint);
    }
}

/// Prints a failure and fails the test.
pub(crate) fn fail(failure: &Failure, hint: &str) -> ! {
    eprintln!("\nfailed:   {}", failure.message.replace('\n', "\n          "));
    if !hint.is_empty() {
        eprintln!("look for: {}", hint.replace('\n', "\n          "));
    }
    // No panic message: it would name a line of the grader.
    resume_unwind(Box::new(()));
}

fn supervised(name: &str, options: &Options) -> io::Result<(String, Verdict)> {
    let (mut verdict, theirs) = UnixStream::pair()?;
    let (mut output, output_end) = io::pipe()?;
    let mut supervisor = start(name, theirs, output_end.into())?;

    // The supervisor waits for the secret, and takes our end of the stream for a sign of life.
    let secret = message::secret();
    verdict.write_all(&secret)?;
    let deadline = Instant::now() + Duration::from_millis(options.timeout_ms) + GRACE;

    let mut capture = Capture::default();
    let said = collect(&mut verdict, &mut output, &mut capture, deadline)?;
    // Where it has not ended, it is stopped or stuck. Its death ends the body.
    let _ = supervisor.kill();
    supervisor.wait()?;
    drain(&mut output, &mut capture)?;
    let verdict = message::decode(&secret, &said).unwrap_or_else(|| Err(no_word()));
    Ok((capture.into_text(), verdict))
}

fn no_word() -> Failure {
    Failure::new(
        Kind::Signal,
        "the supervisor of the test died before it could report.\n\
         Did the code send a signal to a process that it did not start, such as its parent?",
    )
}

fn start(name: &str, verdict: UnixStream, output: OwnedFd) -> io::Result<Child> {
    Command::new(env::current_exe()?)
        .args([name, "--exact", "--include-ignored", "--nocapture", "--test-threads=1"])
        .env(SUPERVISES, name)
        .env_remove(REPORT)
        .stdin(Stdio::from(OwnedFd::from(verdict)))
        .stdout(Stdio::null())
        .stderr(output)
        .process_group(0)
        .spawn()
}

/// Reads output until the verdict is complete or the deadline has come; returns what was said.
fn collect(
    verdict: &mut UnixStream,
    output: &mut PipeReader,
    capture: &mut Capture,
    deadline: Instant,
) -> io::Result<Vec<u8>> {
    let mut said = Vec::new();
    let mut buffer = [0; 8 << 10];
    let mut output_is_open = true;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let wanted = if output_is_open { PollFlags::POLLIN } else { PollFlags::empty() };
        let mut ends =
            [PollFd::new(verdict.as_fd(), PollFlags::POLLIN), PollFd::new(output.as_fd(), wanted)];
        match poll(&mut ends, PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX)) {
            Ok(0) => return Ok(said),
            Err(Errno::EINTR) => continue,
            other => other?,
        };
        let [verdict_is_there, output_is_there] = ends.map(|end| end.any().unwrap_or(false));

        if output_is_open && output_is_there {
            let read = output.read(&mut buffer)?;
            capture.push(&buffer[..read]);
            output_is_open = read > 0;
        } else if verdict_is_there {
            match verdict.read(&mut buffer) {
                // The supervisor has said all, or died.
                Ok(0) => return Ok(said),
                Ok(read) => said.extend_from_slice(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(said),
                Err(error) => return Err(error),
            }
        }
    }
}

/// Takes what is still in the pipe; never waits for its end, which a leftover process may hold.
fn drain(output: &mut PipeReader, capture: &mut Capture) -> io::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(&*output, FcntlArg::F_GETFL)?);
    fcntl(&*output, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    let mut buffer = [0; 8 << 10];
    // Bounded, should something still write: a pipe holds 1 MiB at the most by default.
    for _ in 0..1_024 {
        match output.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(read) => capture.push(&buffer[..read]),
        }
    }
    Ok(())
}
