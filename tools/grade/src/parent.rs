//! The side of libtest: starts the supervisor, collects output and verdict, and prints them.

use std::env;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::panic::resume_unwind;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::SUPERVISES;
use crate::capture::Capture;
use crate::launcher;
use crate::listen::{Heard, drain, listen};
use crate::message::{self, Verdict};
use crate::options::Options;
use crate::report::{self, Entry, REPORT};
use crate::supervisors;
use crate::verdict::{Failure, Kind};

/// How long the supervisor may take beyond the time limit of the test, to clean up and to wait for
/// its turn where tests share the kernel objects of the user.
const GRACE: Duration = Duration::from_secs(60);

/// Runs the test `name` in a process of its own.
///
/// # Panics
///
/// Panics where the test fails, so that libtest counts it; all that is to be said is printed.
pub(crate) fn run(name: &str, options: &Options) {
    if launcher::has_gone() {
        supervisors::end_everything();
    }
    let start = Instant::now();
    let (output, verdict) = supervised(name, options)
        .unwrap_or_else(|error| (String::new(), Err(Failure::not_started(&error))));

    print!("{output}");
    if !output.is_empty() && !output.ends_with('\n') {
        println!();
    }
    // The hint of a test is about its subject; an escaped child and a skip have causes of their own.
    let of_its_own = |failure: &Failure| matches!(failure.kind, Kind::Escaped | Kind::Skipped);
    let hint = if verdict.as_ref().is_err_and(of_its_own) { "" } else { options.hint };
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
    let what = if failure.kind == Kind::Skipped { "skipped: " } else { "failed:  " };
    eprintln!("\n{what} {}", failure.message.replace('\n', "\n          "));
    if !hint.is_empty() {
        eprintln!("look for: {}", hint.replace('\n', "\n          "));
    }
    // No panic message: it would name a line of the grader.
    resume_unwind(Box::new(()));
}

fn supervised(name: &str, options: &Options) -> io::Result<(String, Verdict)> {
    let (mut verdict, theirs) = UnixStream::pair()?;
    let (mut output, output_end) = io::pipe()?;
    let supervisor = start(name, theirs, output_end.into())?;

    let secret = message::secret();
    let deadline = Instant::now() + Duration::from_millis(options.timeout_ms) + GRACE;
    let mut capture = Capture::default();
    // The supervisor waits for the secret, and takes our end of the stream for a sign of life.
    // Where it has died already, its silence tells.
    let _ = verdict.write_all(&secret);
    let heard = listen(&supervisor, &mut verdict, &mut output, &mut capture, deadline);
    // Where it has not ended, it is stopped or stuck.
    let status = supervisors::end(supervisor)?;

    let verdict = match &heard {
        Ok(Heard::Said(said)) => message::decode(&secret, said),
        _ => None,
    };
    if verdict.is_none() {
        supervisors::clear_strays();
    }
    drain(&mut output, &mut capture)?;
    let verdict = match verdict {
        Some(verdict) => verdict,
        None => Err(no_verdict(&heard?, status)),
    };
    Ok((capture.into_text(), verdict))
}

fn no_verdict(heard: &Heard, status: ExitStatus) -> Failure {
    let signal = status.signal().and_then(|signal| Signal::try_from(signal).ok());
    let what = match (heard, signal) {
        (Heard::Stopped(signal), _) => format!("was stopped by {signal}"),
        (Heard::Silent, _) => "did not answer, and was ended".to_owned(),
        (Heard::Said(_), Some(signal)) => format!("was ended by {signal}"),
        (Heard::Said(_), None) => format!("ended with {status}"),
    };
    let message = format!(
        "the supervisor of the test {what} before it could report.\n\
         Did somebody signal it, or the system for want of memory, or the code its parent?"
    );
    Failure::new(Kind::Signal, message)
}

fn start(name: &str, verdict: UnixStream, output: OwnedFd) -> io::Result<Child> {
    let mut command = Command::new(env::current_exe()?);
    command
        .args([name, "--exact", "--include-ignored", "--nocapture", "--test-threads=1"])
        .env(SUPERVISES, name)
        .env_remove(REPORT)
        .stdin(Stdio::from(OwnedFd::from(verdict)))
        .stdout(Stdio::null())
        .stderr(output);
    supervisors::start(&mut command)
}
