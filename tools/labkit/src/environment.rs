//! The machine, and how busy others kept it.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::sys::resource::{UsageWho, getrusage};
use serde::Serialize;

/// What is recorded of a machine.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Environment {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) memory_mib: u64,
    pub(crate) kernel: String,
    pub(crate) rustc: String,
    /// The commit of the project, where it is a git checkout.
    pub(crate) commit: String,
    /// Seconds since 1970, UTC.
    pub(crate) recorded_unix_s: u64,
    /// The load average of the minute before.
    pub(crate) load_before: f64,
}

impl Environment {
    pub(crate) fn read() -> Environment {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Environment {
            cpu: field("/proc/cpuinfo", "model name"),
            cores: thread::available_parallelism().map_or(1, usize::from),
            memory_mib: memory_mib("MemTotal"),
            kernel: first_line("uname", &["-sr"]),
            rustc: first_line("rustc", &["--version"]),
            commit: first_line("git", &["describe", "--always", "--dirty"]),
            recorded_unix_s: since_1970.as_secs(),
            load_before: load(),
        }
    }

    /// The machine in a line.
    pub(crate) fn machine(&self) -> String {
        let gib = self.memory_mib.div_ceil(1_024);
        format!("{}, {} cores, {gib} GiB, {}, {}", self.cpu, self.cores, self.kernel, self.rustc)
    }
}

/// A field of `/proc/meminfo`, in MiB; 0 where it cannot be read.
pub(crate) fn memory_mib(name: &str) -> u64 {
    let kib = field("/proc/meminfo", name);
    kib.split(' ').next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() / 1_024
}

/// A reading of the processors' clocks; the difference of two tells who used them.
pub(crate) struct Clocks {
    all: f64,
    idle: f64,
    stolen: f64,
    ours: f64,
}

/// How the processors were used between two readings, as shares of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Use {
    /// By other programs.
    pub(crate) others: f64,
    /// By the host of this virtual machine.
    pub(crate) stolen: f64,
}

impl Clocks {
    pub(crate) fn read() -> Clocks {
        let line = fs::read_to_string("/proc/stat").unwrap_or_default();
        // `cpu user nice system idle iowait irq softirq steal ...`, see proc_stat(5).
        let ticks: Vec<f64> = line
            .lines()
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .skip(1)
            .take(8)
            .filter_map(|ticks| ticks.parse().ok())
            .collect();
        let at = |index: usize| ticks.get(index).copied().unwrap_or_default() / 100.0;
        Clocks {
            all: ticks.iter().sum::<f64>() / 100.0,
            idle: at(3) + at(4),
            stolen: at(7),
            ours: our_time().as_secs_f64(),
        }
    }

    pub(crate) fn since(&self, before: &Clocks) -> Use {
        let all = (self.all - before.all).max(0.01);
        let stolen = self.stolen - before.stolen;
        let busy = all - (self.idle - before.idle) - stolen;
        let others = busy - (self.ours - before.ours);
        Use { others: (others / all).clamp(0.0, 1.0), stolen: (stolen / all).clamp(0.0, 1.0) }
    }
}

impl Use {
    /// A sentence that goes with the numbers, and whether it is a warning.
    pub(crate) fn verdict(self) -> (bool, String) {
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        let (others, stolen) = (percent(self.others), percent(self.stolen));
        if self.others > 0.1 || self.stolen > 0.02 {
            let text = format!(
                "The machine was busy while this was measured: other programs used {others} of \
                 its processors, and its host took {stolen}. Trust the orders, not the digits."
            );
            (true, text)
        } else {
            let text = format!(
                "The machine was quiet while this was measured: other programs used {others} of \
                 its processors, and its host took {stolen}."
            );
            (false, text)
        }
    }
}

fn our_time() -> Duration {
    [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN]
        .into_iter()
        .filter_map(|who| getrusage(who).ok())
        .flat_map(|usage| [usage.user_time(), usage.system_time()])
        .map(|time| Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1_000))
        .sum()
}

fn load() -> f64 {
    let line = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    line.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or_default()
}

fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == name)
        .map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
}

fn first_line(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let line = text.ok().and_then(|text| text.lines().next().map(str::to_owned));
    line.unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_machine_is_named() {
        let (is_warning, text) = Use { others: 0.42, stolen: 0.01 }.verdict();
        assert!(is_warning);
        insta::assert_snapshot!(text, @"The machine was busy while this was measured: other programs used 42 % of its processors, and its host took 1 %. Trust the orders, not the digits.");
    }

    #[test]
    fn a_quiet_machine_is_named_too() {
        let (is_warning, text) = Use { others: 0.02, stolen: 0.0 }.verdict();
        assert!(!is_warning);
        insta::assert_snapshot!(text, @"The machine was quiet while this was measured: other programs used 2 % of its processors, and its host took 0 %.");
    }

    #[test]
    fn the_clocks_of_others_are_what_is_neither_idle_nor_ours() {
        let before = Clocks { all: 0.0, idle: 0.0, stolen: 0.0, ours: 0.0 };
        let after = Clocks { all: 10.0, idle: 5.0, stolen: 1.0, ours: 3.0 };
        assert_eq!(after.since(&before), Use { others: 0.1, stolen: 0.1 });
    }
}
