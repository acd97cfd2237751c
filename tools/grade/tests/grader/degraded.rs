//! Where the system lacks what the grader uses, a named note says so, and nothing passes for it.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::errno::Errno;
use nix::libc;
use nix::unistd::Uid;

use crate::everyone::NOBODY;
use crate::support::build::SUBMISSIONS;
use crate::support::{Judged, User, verdict_of};

/// Runs a submission on a system that first undergoes a `change`.
fn after(change: fn() -> io::Result<()>, name: &str) -> Judged {
    let mut command = Command::new(&*SUBMISSIONS);
    // SAFETY: the changes below make system calls and little else, and glibc keeps its allocator
    // usable after fork.
    unsafe { command.pre_exec(change) };
    verdict_of(&mut command, name)
}

fn no_namespaces() -> io::Result<()> {
    grade::tight::refuse(&[libc::SYS_unshare], Errno::EPERM)
}

fn no_more_filters() -> io::Result<()> {
    grade::tight::refuse(&[libc::SYS_seccomp], Errno::ENOSYS)
}

fn no_message_queues() -> io::Result<()> {
    grade::tight::refuse(&[libc::SYS_mq_open, libc::SYS_mq_unlink], Errno::ENOSYS)
}

/// A process tree may have one listener only; containers of some kinds have theirs.
fn a_listener_already() -> io::Result<()> {
    let allow = (libc::BPF_RET | libc::BPF_K) as u16;
    let mut step = libc::sock_filter { code: allow, jt: 0, jf: 0, k: libc::SECCOMP_RET_ALLOW };
    let filter = libc::sock_fprog { len: 1, filter: &mut step };
    let mode = libc::SECCOMP_SET_MODE_FILTER;
    let flags = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER;
    // SAFETY: the filter is valid for the calls, and the listener is nobody else's.
    let done = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        let listener = libc::syscall(libc::SYS_seccomp, mode, flags, &filter) as i32;
        libc::fcntl(listener, libc::F_SETFD, 0)
    };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

#[test]
fn without_namespaces_the_objects_of_the_user_are_counted() {
    for name in ["counted::nothing", "counted::all_is_given_back"] {
        assert_eq!(after(no_namespaces, name).kind, "pass", "{name}");
    }
    let judged = after(no_namespaces, "counted::leaves_shared_memory");
    // SAFETY: the name is a C string.
    unsafe { libc::shm_unlink(c"/submission".as_ptr()) };
    insta::assert_snapshot!(judged.to_string(), @r#"
    leftovers: the test has ended and left behind:
      shared memory `/submission`
    "#);
    insta::assert_snapshot!(judged.output, @"note: this system gives the test no kernel objects of its own (namespaces: Operation not permitted (os error 1)); all those of this user are counted");
}

#[test]
fn what_a_test_is_about_and_the_kernel_lacks_is_a_skip_and_no_pass() {
    assert_eq!(after(|| Ok(()), "counted::is_about_message_queues").kind, "pass");
    let judged = after(no_message_queues, "counted::is_about_message_queues");
    insta::assert_snapshot!(judged.to_string(), @"skipped: this kernel has no POSIX message queues (CONFIG_POSIX_MQUEUE), and the test is about them");
}

#[test]
fn without_a_listener_a_signal_that_leaves_the_test_ends_it() {
    let judged = after(a_listener_already, "reaches::kills_everything");
    insta::assert_snapshot!(judged.to_string(), @"signal: the process of the test was ended by SIGSYS (a system call that is not allowed, such as a signal that leaves the test)");
    insta::assert_snapshot!(judged.output, @"note: a signal that leaves the test ends its sender, and is not reported");
}

#[test]
fn without_filters_a_note_says_that_nothing_stops_a_signal() {
    let judged = after(no_more_filters, "reaches::kills_everything");
    insta::assert_snapshot!(judged.to_string(), @r#"
    panic: panicked at tools/grade/tests/submissions/reaches.rs:20:5:
    no filter, no try
    "#);
    insta::assert_snapshot!(judged.output, @"note: nothing stops a signal that leaves the test: no filter (Function not implemented (os error 38))");
    let judged = after(no_more_filters, "reaches::kills_its_supervisor");
    insta::assert_snapshot!(judged.to_string(), @r#"
    signal: the supervisor of the test was ended by SIGKILL before it could report.
    Did somebody signal it, or the system for want of memory, or the code its parent?
    "#);
}

#[test]
fn where_calls_are_hidden_a_diagnosis_says_so() {
    let other = Uid::effective().is_root().then(|| User::new(NOBODY));
    let mut command = match &other {
        Some(user) => user.command(),
        None => Command::new(&*SUBMISSIONS),
    };
    let judged = verdict_of(command.arg("--ignored"), "hangs::hides_its_calls");
    insta::assert_snapshot!(judged.to_string(), @"
    timeout: did not end in 0.5 s
    nothing runs, and nothing will: a deadlock?
      the test waits; this system does not show for what
    ");
}
