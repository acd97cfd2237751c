//! Says what every thread of a hung test is doing: enough to tell a deadlock from a loop.

use std::fs;
use std::path::Path;

use nix::libc;
use nix::unistd::Pid;

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
    let mut lines = Vec::new();
    let mut states = Vec::new();

    let processes = std::iter::once(body).chain(procfs::descendants(body, DESCRIBED));
    for (number, pid) in processes.enumerate() {
        for (position, thread) in procfs::threads(pid).into_iter().enumerate() {
            let Some(stat) = procfs::stat(&thread) else { continue };
            let (state, what) = activity(&thread, stat.state);
            states.push(state);
            let who = match (number, position) {
                (0, 0) => "the test".to_owned(),
                (0, _) => format!("its thread `{}`", stat.name),
                (_, 0) => format!("child {number} (`{}`)", stat.name),
                (_, _) => format!("child {number}, thread `{}`,", stat.name),
            };
            lines.push(format!("  {who} {what}"));
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

/// What a thread does, in words.
fn activity(thread: &Path, state: char) -> (State, String) {
    match state {
        'R' => return (State::Runs, "runs".to_owned()),
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
        Some(libc::SYS_read | libc::SYS_readv) => format!("reads from {}", target(thread, first)),
        Some(libc::SYS_write | libc::SYS_writev) => format!("writes to {}", target(thread, first)),
        Some(libc::SYS_recvfrom | libc::SYS_recvmsg) => {
            format!("receives from {}", target(thread, first))
        }
        Some(libc::SYS_accept | libc::SYS_accept4) => "waits for a connection".to_owned(),
        Some(call) if READINESS.contains(&call) => "waits until a descriptor is ready".to_owned(),
        Some(call) if SIGNALS.contains(&call) => "waits for a signal".to_owned(),
        Some(other) => format!("waits in system call {other}"),
        None => "waits".to_owned(),
    };
    (State::Waits, what)
}

/// What a descriptor is.
fn target(thread: &Path, descriptor: Option<i64>) -> String {
    let Some(descriptor) = descriptor else { return "a descriptor".to_owned() };
    let link = fs::read_link(thread.join("fd").join(descriptor.to_string()));
    let name = link.map(|path| path.display().to_string()).unwrap_or_default();
    let what = match name.split_once(':').map_or(name.as_str(), |(kind, _)| kind) {
        "pipe" => "a pipe",
        "socket" => "a socket",
        "" => "something",
        file => file,
    };
    format!("{what} (descriptor {descriptor})")
}
