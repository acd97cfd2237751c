//! Sees the processes of one run, wherever they went: all of them inherit its environment.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::Pid;
use tempfile::TempDir;

/// The longest that anything may take. It decides nothing where all goes well.
const PATIENCE: Duration = Duration::from_secs(120);

/// Marks a command by the files that it and the test tell each other something with.
pub struct Witness {
    folder: TempDir,
}

impl Witness {
    pub fn new() -> Witness {
        Witness { folder: tempfile::tempdir().unwrap() }
    }

    /// Marks what the command starts.
    pub fn mark<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("TOLD", self.file("told")).env("WORD", self.file("word"))
    }

    /// Waits until the submission has told that it is there.
    pub fn wait_until_told(&self) {
        until("the submission is there", || self.file("told").exists());
    }

    /// Tells the submission to go on.
    pub fn give_word(&self) {
        File::create(self.file("word")).unwrap();
    }

    /// The processes of the run.
    pub fn processes(&self) -> Vec<Pid> {
        self.with(&format!("TOLD={}", self.file("told").display()))
    }

    /// The processes of one submission, and of its supervisor; not those that run another program.
    pub fn processes_of(&self, submission: &str) -> Vec<Pid> {
        let all = self.processes();
        let mut found = self.with(&format!("GRADE_SUPERVISES={submission}"));
        found.retain(|pid| all.contains(pid));
        found
    }

    /// The supervisor of a submission: the one whose parent is not of the submission.
    pub fn supervisor_of(&self, submission: &str) -> Pid {
        let found = self.processes_of(submission);
        let parent = |pid: Pid| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok().map(Pid::from_raw)
        };
        let first = found.iter().find(|&&pid| parent(pid).is_none_or(|pid| !found.contains(&pid)));
        *first.expect("the submission runs")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn with(&self, variable: &str) -> Vec<Pid> {
        let pids = fs::read_dir("/proc").unwrap().flatten();
        let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let has = |pid: &i32| {
            // It is empty once the process has ended.
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|entry| entry == variable.as_bytes())
        };
        pids.filter(has).map(Pid::from_raw).collect()
    }
}

/// Waits until something is so.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
