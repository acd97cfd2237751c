//! How a test ended.

use std::fmt::{self, Debug, Display};
use std::io;

use nix::libc;

/// The way in which a test failed. Its word stands in reports and in the headers of known mistakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An assertion or another panic, an `Err`, or a panic that was expected and did not come.
    Panic,
    /// The process of the test ended before the test did.
    Exit,
    /// A signal ended the process of the test, or was on its way to a process outside it.
    Signal,
    /// The test did not end in time.
    Timeout,
    /// Something was left: processes that run on, or what a census counts.
    Leftovers,
    /// A forked child ran on into the test.
    Escaped,
    /// Too many processes.
    Limit,
    /// The system lacks what the test is about, so it did not run.
    Skipped,
}

impl Kind {
    const ALL: [Kind; 8] = [
        Kind::Panic,
        Kind::Exit,
        Kind::Signal,
        Kind::Timeout,
        Kind::Leftovers,
        Kind::Escaped,
        Kind::Limit,
        Kind::Skipped,
    ];

    fn word(self) -> &'static str {
        match self {
            Kind::Panic => "panic",
            Kind::Exit => "exit",
            Kind::Signal => "signal",
            Kind::Timeout => "timeout",
            Kind::Leftovers => "leftovers",
            Kind::Escaped => "escaped",
            Kind::Limit => "limit",
            Kind::Skipped => "skipped",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Why a test failed, in words for the learner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Failure {
        Failure { kind, message: message.into() }
    }

    /// The system refuses what a test needs before it can begin.
    pub(crate) fn not_started(error: &io::Error) -> Failure {
        let reason = match error.raw_os_error() {
            Some(libc::EAGAIN) => {
                ".\nThis user has as many processes and threads as the system allows (`ulimit -u`): \
                 end some, or raise the limit."
            }
            Some(libc::EMFILE | libc::ENFILE) => {
                ".\nToo many descriptors are open (`ulimit -n`): close some, or raise the limit."
            }
            _ => "",
        };
        Failure::new(Kind::Limit, format!("the test cannot be started: {error}{reason}"))
    }
}

/// What a test function may return: `()` or a `Result<(), E>`.
pub trait TestResult {
    /// The error of the test as text.
    #[doc(hidden)]
    fn into_error(self) -> Option<String>;
}

impl TestResult for () {
    fn into_error(self) -> Option<String> {
        None
    }
}

impl<E: Debug> TestResult for Result<(), E> {
    fn into_error(self) -> Option<String> {
        self.err().map(|error| format!("the test returned Err({error:?})"))
    }
}
