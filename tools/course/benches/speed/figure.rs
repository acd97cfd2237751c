//! Measures a command, and prints a figure with its spread.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

/// What several runs came to.
pub struct Figure {
    name: &'static str,
    unit: &'static str,
    runs: Vec<f64>,
}

impl Figure {
    pub fn new(name: &'static str, unit: &'static str, mut runs: Vec<f64>) -> Figure {
        runs.sort_by(f64::total_cmp);
        Figure { name, unit, runs }
    }

    /// Prints the figure, and whether its median is at most what it should be.
    pub fn print(&self, most_wanted: Option<f64>) {
        let Figure { name, unit, runs } = self;
        let (least, median, most) = (runs[0], runs[runs.len() / 2], runs[runs.len() - 1]);
        let target = most_wanted.map_or_else(String::new, |wanted| {
            let met = if median <= wanted { "met" } else { "MISSED" };
            format!("  at most {wanted}{unit}: {met}")
        });
        println!("{name:36} {least:8.3} {median:8.3} {most:8.3} {unit:2}{target}");
    }
}

/// The time until the command has ended, in seconds.
pub fn wall_time(command: &mut Command) -> f64 {
    let start = Instant::now();
    run(command);
    start.elapsed().as_secs_f64()
}

/// The CPU time of the command and of all that it waited for, in seconds.
pub fn cpu_time(command: &mut Command) -> f64 {
    let before = used_by_children();
    run(command);
    (used_by_children() - before).as_secs_f64()
}

fn run(command: &mut Command) {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let output = command.output().expect("the command can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed, where all is solved: {said}");
}

fn used_by_children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system counts");
    [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1_000))
        .sum()
}
