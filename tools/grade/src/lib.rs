//! Runs one test of a learner's code in a contained process and judges it. Linux only.
//!
//! ```ignore
//! #[grade::test(timeout_ms = 2_000, hint = "who still holds the writing end?")]
//! fn the_reader_sees_the_end_of_the_pipe() { .. }
//! ```
//!
//! Three processes take part, so that nothing the code under test does can be mistaken for a pass:
//!
//! ```text
//! cargo test ── parent: a thread of libtest; prints the output and the verdict
//!                 │ starts the same test binary again, for this one test
//!                 ▼
//!               supervisor: no other thread, so it may fork; a child subreaper
//!                 │ forks
//!                 ▼
//!               body: own process group, limits; runs the test
//! ```
//!
//! The verdict travels from the body to the supervisor and on to the parent in messages, never in
//! an exit status: `exit(0)` is not a pass. When the body has ended, the supervisor kills and names
//! every process that is left. When any of the three dies, or the program that started the test
//! binary, such as cargo, the others end too.
//!
//! The body has one thread when the test begins, and may fork.
//!
//! Environment: `GRADE_REPORT=FILE` adds a line for each test to a file (see `report.rs`);
//! `GRADE_INPROC=1` runs the tests in the test binary itself, uncontained, for a debugger.

pub mod alloc;
pub mod asleep;
mod body;
mod capture;
mod census;
pub mod clock;
pub mod cpu;
mod diagnose;
mod guard;
mod impls;
mod isolate;
mod judge;
mod launcher;
mod leftovers;
mod listen;
mod message;
pub mod naps;
mod needs;
mod options;
mod panics;
mod parent;
mod pipes;
mod priority;
mod procfs;
mod report;
mod seccomp;
pub mod storm;
mod supervisor;
mod supervisors;
pub mod tight;
mod verdict;
mod watch;

pub use grade_macros::test;
pub use needs::Needs;
pub use options::Options;
pub use verdict::TestResult;

use std::env;

/// Names the test that a supervisor was started for.
const SUPERVISES: &str = "GRADE_SUPERVISES";
/// Runs the tests uncontained.
const IN_PROCESS: &str = "GRADE_INPROC";

/// What `#[grade::test]` expands to: runs the test `name` of `module`.
///
/// # Panics
///
/// Panics, without a message of its own, where the test fails; the reason is printed before.
#[doc(hidden)]
pub fn run<T: TestResult>(module: &str, name: &str, options: Options, test: fn() -> T) {
    // libtest knows a test by its path without the crate.
    let full_name = match module.split_once("::") {
        Some((_, inner)) => format!("{inner}::{name}"),
        None => name.to_owned(),
    };

    match env::var(SUPERVISES) {
        Ok(wanted) if wanted == full_name => supervisor::supervise(&options, test),
        Ok(wanted) => panic!("the grader was started for `{wanted}` and reached `{full_name}`"),
        Err(_) if env::var_os(IN_PROCESS).is_some() => {
            if let Err(failure) = body::outcome(&options, test) {
                parent::fail(&failure, options.hint);
            }
        }
        Err(_) => parent::run(&full_name, &options),
    }
}
