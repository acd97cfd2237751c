//! Tests that reach for processes outside the test.

use std::fs;
use std::os::fd::AsRawFd;
use std::os::unix::process::parent_id;
use std::process::id;

use nix::libc;
use nix::sys::signal::{Signal, kill, raise};
use nix::unistd::{ForkResult, Pid, Uid, fork, setuid};

/// Becomes an ordinary user, and ends unless the grader's filter stands between this process and
/// the others of that user: what follows must not be tried without.
fn be_careful() {
    let filters = |pid: u32| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("Seccomp_filters:"));
        line.and_then(|count| count.trim().parse::<u32>().ok()).unwrap_or(0)
    };
    assert!(filters(id()) > filters(test_binary()), "no filter, no try");
    if Uid::effective().is_root() {
        setuid(Uid::from_raw(65_534)).unwrap();
    }
}

/// The process of libtest: the parent of the parent.
fn test_binary() -> u32 {
    let supervisor = fs::read_to_string(format!("/proc/{}/stat", parent_id())).unwrap();
    let (_, fields) = supervisor.rsplit_once(") ").unwrap();
    fields.split(' ').nth(1).unwrap().parse().unwrap()
}

#[grade::test]
fn kills_everything() {
    be_careful();
    let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
}

#[grade::test(leftovers_ok = true)]
fn kills_everything_in_a_child() {
    be_careful();
    // SAFETY: the body has one thread.
    if let ForkResult::Child = unsafe { fork() }.unwrap() {
        let _ = kill(Pid::from_raw(-1), Signal::SIGTERM);
        // SAFETY: `_exit` takes any status.
        unsafe { libc::_exit(0) }
    }
}

#[grade::test]
fn kills_its_supervisor() {
    let _ = kill(Pid::parent(), Signal::SIGKILL);
}

#[grade::test]
fn stops_its_supervisor() {
    let _ = kill(Pid::parent(), Signal::SIGSTOP);
}

#[grade::test]
fn terminates_the_test_binary() {
    let _ = kill(Pid::from_raw(test_binary().cast_signed()), Signal::SIGTERM);
}

#[grade::test]
fn limits_its_supervisor() {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    let old = std::ptr::null_mut();
    // SAFETY: the limit is valid for the call, and no old one is asked for.
    unsafe { libc::prlimit(parent_id().cast_signed(), libc::RLIMIT_NOFILE, &none, old) };
}

#[grade::test]
fn may_ask_whether_a_process_is_there() {
    assert_eq!(kill(Pid::parent(), None), Ok(()));
}

#[grade::test]
fn terminates_its_group() {
    let group = Pid::from_raw(0);
    kill(group, Signal::SIGTERM).unwrap();
}

#[grade::test(timeout_ms = 500)]
fn stops_itself() {
    raise(Signal::SIGSTOP).unwrap();
}

#[grade::test]
fn lowers_the_priority_of_its_supervisor() {
    // SAFETY: the call takes numbers.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, parent_id(), 19) };
}

#[grade::test]
fn has_its_supervisor_told_of_input() {
    let (reader, _writer) = std::io::pipe().unwrap();
    // SAFETY: the descriptor is open, and the call takes numbers.
    unsafe { libc::fcntl(reader.as_raw_fd(), libc::F_SETOWN, parent_id().cast_signed()) };
}

#[grade::test]
fn may_ask_for_the_limits_of_a_process() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    let parent = parent_id().cast_signed();
    // SAFETY: the limit is valid for the call, and no new one is set.
    let answer =
        unsafe { libc::prlimit(parent, libc::RLIMIT_NOFILE, std::ptr::null(), &mut limit) };
    assert_eq!(answer, 0);
    assert!(limit.rlim_max > 0);
}
