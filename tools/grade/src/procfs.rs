//! What `/proc` tells about processes (proc(5)).
//!
//! Reading `/proc/PID` makes the reaping of that process several milliseconds dearer, so nothing
//! here is called while a test goes well, unless the test asks.

use std::ffi::CStr;
use std::fs;
use std::path::{Path, PathBuf};

use nix::unistd::Pid;

/// What the process of a test is called (proc_pid_comm(5)); its forks and unnamed threads inherit
/// the name.
pub(crate) const BODY: &CStr = c"the-test";

/// What a learner can call a process, by the name that the system has for it.
pub(crate) fn program(name: &str) -> String {
    if BODY.to_str() == Ok(name) { "a fork of the test".to_owned() } else { format!("`{name}`") }
}

/// The name of a thread, set off for the middle of a sentence, where it has one of its own.
pub(crate) fn thread_name(name: &str) -> String {
    if BODY.to_str() == Ok(name) { String::new() } else { format!(" `{name}`") }
}

/// A process or thread, as `/proc/PID/stat` shows it.
pub(crate) struct Stat {
    pub(crate) name: String,
    /// One letter: `R` runs, `S` sleeps, `Z` is a zombie, `T` is stopped.
    pub(crate) state: char,
    pub(crate) parent: Pid,
}

/// Reads the `stat` of a process or thread; `None` once it is gone.
pub(crate) fn stat(folder: &Path) -> Option<Stat> {
    // The name stands in parentheses and may hold any byte, even a parenthesis. The system cuts it
    // after 15 bytes, in the middle of a character too.
    let line = fs::read(folder.join("stat")).ok()?;
    let line = String::from_utf8_lossy(&line);
    let (from, to) = (line.find('(')?, line.rfind(')')?);
    let mut fields = line.get(to + 1..)?.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let parent = Pid::from_raw(fields.next()?.parse().ok()?);
    Some(Stat { name: line[from + 1..to].to_owned(), state, parent })
}

/// The folder of a process.
pub(crate) fn folder(pid: Pid) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}"))
}

/// The folders of the threads of a process, the first thread first.
pub(crate) fn threads(pid: Pid) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder(pid).join("task")) else { return Vec::new() };
    let mut threads: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    threads.sort_by_key(|path| path.file_name().map(|name| (name.len(), name.to_owned())));
    threads
}

/// The children of a process, zombies among them.
pub(crate) fn children(pid: Pid) -> Vec<Pid> {
    let listed = |thread: PathBuf| fs::read_to_string(thread.join("children")).unwrap_or_default();
    threads(pid)
        .into_iter()
        .flat_map(|thread| {
            listed(thread).split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()
        })
        .map(Pid::from_raw)
        .collect()
}

/// The children of a process, their children, and so on; the walk ends once it has found more
/// than `enough`, since a fork bomb grows faster than anyone can walk.
pub(crate) fn descendants(pid: Pid, enough: usize) -> Vec<Pid> {
    let mut found = children(pid);
    let mut next = 0;
    while let Some(&parent) = found.get(next).filter(|_| found.len() <= enough) {
        found.extend(children(parent));
        next += 1;
    }
    found
}

/// How many processes and threads the machine has.
pub(crate) fn tasks_of_the_machine() -> Option<u64> {
    // The fourth field of loadavg is `running/all`. It is cheap, unlike a walk through `/proc`.
    let line = fs::read_to_string("/proc/loadavg").ok()?;
    line.split([' ', '/']).nth(4)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_found() {
        let me = Pid::this();
        assert!(children(Pid::parent()).contains(&me));
        assert_eq!(stat(&folder(me)).unwrap().parent, Pid::parent());
    }

    #[test]
    fn the_machine_has_tasks() {
        assert!(tasks_of_the_machine().unwrap() > 0);
    }
}
