//! Decides how a test ended, from all that is known of it.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use nix::sys::signal::Signal;

use crate::message::Verdict;
use crate::options::Options;
use crate::verdict::{Failure, Kind};

/// The first reason to fail, the root cause before what follows from it.
pub(crate) fn judge(
    stopped: Option<Failure>,
    said: &[Verdict],
    status: ExitStatus,
    left: &[String],
    options: &Options,
) -> Verdict {
    let escaped = said
        .iter()
        .find(|verdict| matches!(verdict, Err(failure) if failure.kind == Kind::Escaped));
    if let Some(escaped) = escaped {
        return escaped.clone();
    }
    if let Some(failure) = stopped {
        return Err(failure);
    }
    if let Some(signal) = status.signal() {
        let message = format!("the process of the test was ended by {}", named(signal));
        return Err(Failure::new(Kind::Signal, message));
    }
    match said {
        [] => {
            let code = status.code().unwrap_or(-1);
            let message = format!(
                "the process of the test ended early, with exit status {code}: that is no pass.\n\
                 Does the code call exit or _exit in the process that called it?"
            );
            Err(Failure::new(Kind::Exit, message))
        }
        [Ok(()), ..] if !left.is_empty() && !options.leftovers_ok => {
            let message = format!(
                "left {} running: {}\nWait for every child that the code starts.",
                if left.len() == 1 {
                    "a process".to_owned()
                } else {
                    format!("{} processes", left.len())
                },
                left.join(", ")
            );
            Err(Failure::new(Kind::Leftovers, message))
        }
        [verdict, ..] => verdict.clone(),
    }
}

/// A signal with its usual cause.
fn named(number: i32) -> String {
    // The real-time signals have numbers alone (signal(7)).
    let Ok(signal) = Signal::try_from(number) else { return format!("signal {number}") };
    let cause = match signal {
        Signal::SIGSEGV => "a bad memory access",
        Signal::SIGABRT => "abort, a panic while panicking, a full stack, or no memory left",
        Signal::SIGXFSZ => "a file grew past the limit",
        Signal::SIGXCPU => "too much processor time",
        Signal::SIGPIPE => "a write to a pipe that nobody reads",
        Signal::SIGKILL => "kill -9",
        Signal::SIGSYS => {
            "a system call that is not allowed, such as a signal that leaves the test"
        }
        _ => return signal.as_str().to_owned(),
    };
    format!("{} ({cause})", signal.as_str())
}
