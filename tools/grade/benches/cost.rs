//! What `#[grade::test]` costs: CPU time, of all processes together, for a test that does nothing.
//!
//! `cargo bench -p grade` prints it beside the cost of a bare `#[test]`.

#[path = "../tests/support/build.rs"]
mod build;

use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::resource::{Usage, UsageWho, getrusage};

use build::SUBMISSIONS;

/// Tests in one run, as `tests/submissions/cost.rs` has them.
const TESTS: u32 = 40;
const RUNS: usize = 15;

fn main() {
    let mut graded: Vec<Duration> = Vec::new();
    let mut bare: Vec<Duration> = Vec::new();
    // Both are run in turn, so that a busy moment of the machine falls on both.
    for _ in 0..RUNS {
        graded.push(cpu_time_of("cost::graded::"));
        bare.push(cpu_time_of("cost::bare::"));
    }
    print("graded", graded);
    print("bare", bare);
}

fn cpu_time_of(tests: &str) -> Duration {
    let before = used_by_children();
    let status = Command::new(&*SUBMISSIONS).arg(tests).stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "the tests of {tests} pass");
    (used_by_children() - before) / TESTS
}

fn used_by_children() -> Duration {
    let usage: Usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1_000))
        .sum()
}

fn print(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let (least, median) = (times[0], times[times.len() / 2]);
    println!("{name:6}  {least:>8.2?} at least, {median:>8.2?} median CPU time a test");
}
