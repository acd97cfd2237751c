//! Keeps a test away from processes that are no part of it.
//!
//! `kill(-1, SIGTERM)` would end all that the user runs, and code that passes the answer of a
//! failed `fork` on to `kill` does that. A filter of system calls (seccomp(2)) stops such a
//! call before it does anything and tells the supervisor, who ends the test.

use std::io;
use std::mem;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use nix::libc::{self, c_long};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getpgid, getpgrp};

use crate::procfs;
use crate::seccomp::{self, ALLOW, answer, load_argument, load_number, skip_if, skip_unless};
use crate::verdict::{Failure, Kind};

/// A system call that acts on a process.
struct Call {
    name: &'static str,
    number: c_long,
    /// Which argument names the process or group.
    target: usize,
    /// Which argument is the signal, if it sends one.
    signal: Option<usize>,
    /// Which argument is 0 where the call only asks, and changes nothing.
    asks: Option<usize>,
    /// Which argument must be what, where the call has other uses too.
    only: Option<(usize, i32)>,
}

impl Call {
    const fn sends(name: &'static str, number: c_long, signal: usize) -> Call {
        // Signal 0 asks whether the process is there (kill(2)).
        Call { signal: Some(signal), asks: Some(signal), ..Call::acts(name, number, 0) }
    }

    const fn acts(name: &'static str, number: c_long, target: usize) -> Call {
        Call { name, number, target, signal: None, asks: None, only: None }
    }
}

const CALLS: [Call; 16] = [
    Call::sends("kill", libc::SYS_kill, 1),
    Call::sends("tkill", libc::SYS_tkill, 1),
    Call::sends("tgkill", libc::SYS_tgkill, 2),
    Call::sends("rt_sigqueueinfo", libc::SYS_rt_sigqueueinfo, 1),
    Call::sends("rt_tgsigqueueinfo", libc::SYS_rt_tgsigqueueinfo, 2),
    Call::acts("pidfd_open", libc::SYS_pidfd_open, 0),
    Call { asks: Some(2), ..Call::acts("prlimit64", libc::SYS_prlimit64, 0) },
    Call::acts("process_vm_writev", libc::SYS_process_vm_writev, 0),
    Call::acts("ptrace", libc::SYS_ptrace, 1),
    Call::acts("setpgid", libc::SYS_setpgid, 1),
    Call::acts("setpriority", libc::SYS_setpriority, 1),
    Call::acts("sched_setaffinity", libc::SYS_sched_setaffinity, 0),
    Call::acts("sched_setscheduler", libc::SYS_sched_setscheduler, 0),
    Call::acts("sched_setparam", libc::SYS_sched_setparam, 0),
    Call::acts("sched_setattr", libc::SYS_sched_setattr, 0),
    // Signals that tell of a descriptor go to its owner.
    Call { only: Some((1, libc::F_SETOWN)), ..Call::acts("fcntl", libc::SYS_fcntl, 2) },
];

/// The most ancestors that are protected.
const GENERATIONS: usize = 12;

/// Every process that the user may signal (kill(2)).
const EVERYONE: i32 = -1;

nix::ioctl_readwrite!(receive, b'!', 0, libc::seccomp_notif);

/// Tells the supervisor of calls that were stopped.
pub(crate) struct Guard {
    listener: Option<OwnedFd>,
}

impl Guard {
    /// Guards this thread and whatever it starts from now on.
    ///
    /// Where the system cannot tell of a stopped call, the call ends the process that makes it;
    /// where it has no filters, a note in the output of the test says so.
    pub(crate) fn raise() -> Guard {
        let protected = protected();
        let tell = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW;
        if let Ok(listener) = install(&protected, libc::SECCOMP_RET_USER_NOTIF, tell) {
            // SAFETY: the descriptor is new, so nothing else owns it.
            return Guard { listener: Some(unsafe { OwnedFd::from_raw_fd(listener) }) };
        }
        if let Err(error) = install(&protected, libc::SECCOMP_RET_KILL_PROCESS, 0) {
            eprintln!("note: nothing stops a signal that leaves the test: no filter ({error})");
        } else {
            eprintln!("note: a signal that leaves the test ends its sender, and is not reported");
        }
        Guard { listener: None }
    }

    /// Readable once a call was stopped.
    pub(crate) fn as_fd(&self) -> Option<BorrowedFd<'_>> {
        self.listener.as_ref().map(AsFd::as_fd)
    }

    /// Says which call was stopped, if one was.
    pub(crate) fn breach(&self) -> Option<Failure> {
        let listener = self.as_fd()?;
        let mut ends = [PollFd::new(listener, PollFlags::POLLIN)];
        // Hung up means that all guarded processes have ended.
        poll(&mut ends, PollTimeout::ZERO).ok()?;
        if !ends[0].revents()?.contains(PollFlags::POLLIN) {
            return None;
        }
        // SAFETY: all zeros is a valid `seccomp_notif`, and the kernel wants it so.
        let mut told: libc::seccomp_notif = unsafe { mem::zeroed() };
        // SAFETY: the descriptor is a listener, and the structure is the one that it fills.
        unsafe { receive(listener.as_raw_fd(), &mut told) }.ok()?;
        Some(described(&told.data))
    }
}

/// The processes and groups that a test must leave alone, as kill(2) names them.
fn protected() -> Vec<i32> {
    let mut found = vec![EVERYONE, Pid::this().as_raw(), 1];
    let mut ancestor = Some(Pid::parent());
    for _ in 0..GENERATIONS {
        let Some(pid) = ancestor.filter(|pid| pid.as_raw() > 1) else { break };
        found.push(pid.as_raw());
        found.extend(getpgid(Some(pid)).ok().map(Pid::as_raw));
        ancestor = procfs::stat(&procfs::folder(pid)).map(|stat| stat.parent);
    }
    // Groups have negative names.
    found.extend(found.clone().into_iter().filter(|pid| *pid > 1).map(|pid| -pid));
    found.push(-getpgrp().as_raw());
    found.sort_unstable();
    found.dedup();
    found
}

fn install(protected: &[i32], stop: u32, flags: libc::c_ulong) -> io::Result<libc::c_int> {
    let mut steps = vec![load_number()];
    for call in &CALLS {
        let mut inner = Vec::new();
        if let Some(position) = call.asks {
            inner.extend([load_argument(position), skip_unless(0, 1), answer(ALLOW)]);
        }
        if let Some((position, value)) = call.only {
            let value = value.cast_unsigned();
            inner.extend([load_argument(position), skip_if(value, 1), answer(ALLOW)]);
        }
        inner.push(load_argument(call.target));
        for (position, target) in protected.iter().enumerate() {
            // Over the other targets and the answer that allows.
            inner.push(skip_if(target.cast_unsigned(), protected.len() - position));
        }
        inner.extend([answer(ALLOW), answer(stop)]);
        steps.push(skip_unless(call.number as u32, inner.len()));
        steps.extend(inner);
    }
    steps.push(answer(ALLOW));
    seccomp::install(&mut steps, flags)
}

fn described(data: &libc::seccomp_data) -> Failure {
    let Some(call) = CALLS.iter().find(|call| call.number == c_long::from(data.nr)) else {
        return Failure::new(Kind::Signal, "the test made a call that is not allowed");
    };
    let argument = |position: usize| data.args[position] as i32;
    let whom = match argument(call.target) {
        EVERYONE => {
            "every process of this user: -1 as a process ID means all of them (kill(2)).\n\
             Is it the answer of a call that failed?"
        }
        target if target == Pid::this().as_raw() => {
            "its parent, which is the grader.\nSignal only what the code has started."
        }
        _ => "a process that is no part of it.\nSignal only what the code has started.",
    };
    let what = match call.signal.map(argument) {
        None => format!("control ({}(2))", call.name),
        Some(number) => match Signal::try_from(number) {
            Ok(signal) => format!("send {signal} to"),
            Err(_) => format!("send signal {number} to"),
        },
    };
    Failure::new(Kind::Signal, format!("the test wanted to {what} {whom}"))
}
