//! Says what every thread of a hung test is doing: enough to tell a deadlock from a loop.

use std::fs;
use std::iter;
use std::path::Path;

use nix::libc;
use nix::unistd::Pid;

use crate::pipes::{self, End};
use crate::procfs;

/// The most threads that are described.
const DESCRIBED: usize = 16;

/// The system calls that wait for descriptors. Newer architectures have only the second list.
#[cfg(target_arch = "x86_64")]
const READINESS: &[i64] = &[
    libc::SYS_poll,
    libc::SYS_select,
    libc::SYS_epoll_wait,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_epoll_pwait,
];
#[cfg(not(target_arch = "x86_64"))]
const READINESS: &[i64] = &[libc::SYS_ppoll, libc::SYS_pselect6, libc::SYS_epoll_pwait];

/// The system calls that wait for a signal.
#[cfg(target_arch = "x86_64")]
const SIGNALS: &[i64] = &[libc::SYS_pause, libc::SYS_rt_sigsuspend, libc::SYS_rt_sigtimedwait];
#[cfg(not(target_arch = "x86_64"))]
const SIGNALS: &[i64] = &[libc::SYS_rt_sigsuspend, libc::SYS_rt_sigtimedwait];

/// What a thread was found doing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Runs,
    Waits,
    Sleeps,
    Ended,
}

/// Describes a process, its descendants and their threads, a line each, and sums up.
pub(crate) fn describe(body: Pid) -> String {
    let processes = named(body);
    let mut lines = Vec::new();
    let mut states = Vec::new();

    for (pid, who) in &processes {
        for (position, thread) in procfs::threads(*pid).into_iter().enumerate() {
            let Some(stat) = procfs::stat(&thread) else { continue };
            let (state, what) = activity(&thread, stat.state, &processes);
            states.push(state);
            match position {
                0 => lines.push(format!("  {who} {what}")),
                _ => {
                    let name = procfs::thread_name(&stat.name);
                    lines.push(format!("  {who}, thread {}{name}, {what}", position + 1));
                }
            }
        }
    }
    let all = lines.len();
    lines.truncate(DESCRIBED);
    if all > DESCRIBED {
        lines.push(format!("  and {} more threads", all - DESCRIBED));
    }
    let summary = if states.contains(&State::Runs) {
        "something still runs: a loop without end, or too much work?"
    } else if states.contains(&State::Sleeps) {
        "nothing runs, and something sleeps:"
    } else {
        "nothing runs, and nothing will: a deadlock?"
    };
    format!("{summary}\n{}", lines.join("\n"))
}

/// The body and its descendants, each with what the learner can call it.
fn named(body: Pid) -> Vec<(Pid, String)> {
    let children = procfs::descendants(body, DESCRIBED);
    let children = (1..).zip(children).map(|(number, pid)| {
        let stat = procfs::stat(&procfs::folder(pid));
        let name = stat.map(|stat| procfs::program(&stat.name)).unwrap_or_default();
        (pid, format!("child {number} ({name})"))
    });
    iter::once((body, "the test".to_owned())).chain(children).collect()
}

/// What a thread does, in words.
fn activity(thread: &Path, state: char, processes: &[(Pid, String)]) -> (State, String) {
    match state {
        'R' => return (State::Runs, "is running".to_owned()),
        'Z' | 'X' => return (State::Ended, "has ended and was not waited for".to_owned()),
        'T' | 't' => return (State::Waits, "is stopped by a signal".to_owned()),
        _ => {}
    }
    // `NUMBER ARGUMENT ...`; unreadable where the system forbids it.
    let call = fs::read_to_string(thread.join("syscall")).unwrap_or_default();
    let mut fields = call.split_whitespace();
    let number = fields.next().and_then(|number| number.parse::<i64>().ok());
    let first = fields.next().and_then(|hex| i64::from_str_radix(hex.strip_prefix("0x")?, 16).ok());

    let what = match number {
        Some(libc::SYS_nanosleep | libc::SYS_clock_nanosleep) => {
            return (State::Sleeps, "sleeps".to_owned());
        }
        Some(libc::SYS_futex) => "waits for a lock, a condition or a thread (futex)".to_owned(),
        Some(libc::SYS_wait4 | libc::SYS_waitid) => "waits for a child".to_owned(),
        Some(libc::SYS_read | libc::SYS_readv) => {
            format!("reads from {}", target(thread, first, End::Writing, processes))
        }
        Some(libc::SYS_write | libc::SYS_writev) => {
            format!("writes to {}", target(thread, first, End::Reading, processes))
        }
        Some(libc::SYS_recvfrom | libc::SYS_recvmsg) => {
            format!("receives from {}", target(thread, first, End::Writing, processes))
        }
        Some(libc::SYS_accept | libc::SYS_accept4) => "waits for a connection".to_owned(),
        Some(call) if READINESS.contains(&call) => "waits until a descriptor is ready".to_owned(),
        Some(call) if SIGNALS.contains(&call) => "waits for a signal".to_owned(),
        Some(other) => format!("waits in system call {other}"),
        None if call.is_empty() => "waits; this system does not show for what".to_owned(),
        None => "waits".to_owned(),
    };
    (State::Waits, what)
}

/// What a descriptor is, and who holds the end that would let the thread go on.
fn target(
    thread: &Path,
    descriptor: Option<i64>,
    other: End,
    processes: &[(Pid, String)],
) -> String {
    let Some(descriptor) = descriptor else { return "a descriptor".to_owned() };
    let link = fs::read_link(thread.join("fd").join(descriptor.to_string()));
    let name = link.map(|path| path.display().to_string()).unwrap_or_default();
    match name.split_once(':').map_or(name.as_str(), |(kind, _)| kind) {
        "pipe" => {
            let holders = pipes::holders(&name, other, processes);
            format!("a pipe (descriptor {descriptor}); {holders}")
        }
        "socket" => format!("a socket (descriptor {descriptor})"),
        "" => format!("descriptor {descriptor}"),
        file => format!("{file} (descriptor {descriptor})"),
    }
}
