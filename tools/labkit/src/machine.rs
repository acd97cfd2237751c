//! What is recorded of the machine on which a lab runs.

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::SystemTime;

use serde::Serialize;

/// What is recorded of a machine.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    /// Whether the processor says so; some do not tell.
    pub(crate) is_virtual: bool,
    pub(crate) memory_mib: u64,
    pub(crate) kernel: String,
    /// What else the kernel tells of the processors.
    pub(crate) settings: Settings,
    pub(crate) rustc: String,
    /// Whether the lab was built as `release` or as `debug`.
    pub(crate) profile: &'static str,
    /// The commit of the project, where it is a git checkout.
    pub(crate) commit: String,
    /// When the lab began, UTC.
    pub(crate) date: String,
}

/// What can make the same code faster or slower on the same processor; nothing where it is not told.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Settings {
    /// How the clock rate is chosen.
    pub(crate) governor: Option<String>,
    /// Whether two threads share a core: `1` or `0`.
    pub(crate) smt: Option<String>,
    /// The processor time that a container may use, as in `cpu.max` of its group.
    pub(crate) quota: Option<String>,
    /// What the kernel does against the weaknesses of the processor.
    pub(crate) mitigations: BTreeMap<String, String>,
}

impl Settings {
    fn read() -> Settings {
        let cpu = Path::new("/sys/devices/system/cpu");
        let of_cpu = |file: &str| text_of(cpu.join(file));
        let weaknesses = fs::read_dir(cpu.join("vulnerabilities"));
        let mitigations = weaknesses.into_iter().flatten().flatten().filter_map(|weakness| {
            Some((weakness.file_name().to_string_lossy().into_owned(), text_of(weakness.path())?))
        });
        Settings {
            governor: of_cpu("cpu0/cpufreq/scaling_governor"),
            smt: of_cpu("smt/active"),
            quota: text_of("/sys/fs/cgroup/cpu.max"),
            mitigations: mitigations.collect(),
        }
    }
}

impl Machine {
    pub(crate) fn read() -> Machine {
        let flags = field("/proc/cpuinfo", "flags").unwrap_or_default();
        let root = env!("CARGO_MANIFEST_DIR");
        Machine {
            cpu: field("/proc/cpuinfo", "model name").unwrap_or(format!("{ARCH} processor")),
            cores: thread::available_parallelism().map_or(1, usize::from),
            is_virtual: flags.split(' ').any(|flag| flag == "hypervisor"),
            memory_mib: memory_mib("MemTotal"),
            kernel: text_of("/proc/sys/kernel/osrelease").unwrap_or("unknown".to_owned()),
            settings: Settings::read(),
            rustc: first_line("rustc", &["--version"]),
            profile: if cfg!(debug_assertions) { "debug" } else { "release" },
            commit: commit(root),
            date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        }
    }

    /// The machine in a line.
    pub(crate) fn line(&self) -> String {
        let cores = if self.cores == 1 { "core" } else { "cores" };
        let gib = self.memory_mib.div_ceil(1_024);
        format!(
            "{}{}, {} {cores}, {gib} GiB, Linux {}, {}",
            self.cpu,
            if self.is_virtual { " (virtual machine)" } else { "" },
            self.cores,
            self.kernel,
            self.rustc,
        )
    }
}

/// The memory that a lab can have, in MiB; 0 where the kernel does not tell.
pub fn free_memory_mib() -> u64 {
    let free = memory_mib("MemAvailable");
    // A container may have less than the machine.
    let bytes = |name| text_of(format!("/sys/fs/cgroup/memory.{name}"))?.parse::<u64>().ok();
    match (bytes("max"), bytes("current")) {
        (Some(most), Some(used)) => free.min(most.saturating_sub(used) >> 20),
        _ => free,
    }
}

fn memory_mib(name: &str) -> u64 {
    let kib = field("/proc/meminfo", name).unwrap_or_default();
    kib.split(' ').next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() / 1_024
}

/// The value of a line `name: value`.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
}

fn text_of(file: impl AsRef<Path>) -> Option<String> {
    Some(fs::read_to_string(file).ok()?.trim().to_owned())
}

/// The commit, and `-dirty` where something else than records has changed since.
fn commit(root: &str) -> String {
    let commit = first_line("git", &["-C", root, "describe", "--always"]);
    let but_records = [":/", ":(top,exclude)book/results"];
    let status = Command::new("git")
        .args(["-C", root, "status", "--porcelain", "--"])
        .args(but_records)
        .output();
    let is_dirty = status.is_ok_and(|status| !status.stdout.is_empty());
    if is_dirty { commit + "-dirty" } else { commit }
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
    fn a_machine_is_told_in_a_line() {
        let machine = Machine {
            cpu: "Abacus 3000".to_owned(),
            cores: 1,
            is_virtual: true,
            memory_mib: 3_900,
            kernel: "6.1.0".to_owned(),
            settings: Settings::default(),
            rustc: "rustc 1.90.0".to_owned(),
            profile: "release",
            commit: "unknown".to_owned(),
            date: "2026-01-01T00:00:00Z".to_owned(),
        };
        insta::assert_snapshot!(machine.line(), @"Abacus 3000 (virtual machine), 1 core, 4 GiB, Linux 6.1.0, rustc 1.90.0");
    }

    #[test]
    fn this_machine_has_cores_memory_and_a_date() {
        let machine = Machine::read();
        assert!(machine.cores > 0 && machine.memory_mib > 0);
        assert!(machine.date.ends_with('Z'));
    }
}
