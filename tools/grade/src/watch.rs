//! Watches the body until it ends or must be ended.

use std::io;
use std::os::fd::{AsFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::Pid;

use crate::diagnose;
use crate::guard::Guard;
use crate::options::Options;
use crate::procfs;
use crate::verdict::{Failure, Kind};

/// How often the number of processes is looked at.
const TICK: Duration = Duration::from_millis(5);

/// After so many ticks the own share is looked at in any case: where other processes end while
/// ours become more, the machine's number does not tell.
const OWN_SHARE: u32 = 20;

/// Waits until the body has ended (`None`), or says why it must be ended.
pub(crate) fn watch(
    body: Pid,
    parent: &UnixStream,
    guard: &Guard,
    options: &Options,
    deadline: Instant,
) -> io::Result<Option<Failure>> {
    let pidfd = pidfd(body)?;
    let most = options.processes;
    let tasks_before = procfs::tasks_of_the_machine();
    let mut ticks = 0_u32;
    loop {
        ticks = ticks.wrapping_add(1);
        let left = deadline.saturating_duration_since(Instant::now());
        // The machine's count is cheap; only where it has grown is our own share looked at.
        let grown = procfs::tasks_of_the_machine() > tasks_before.map(|tasks| tasks + most as u64);
        let look = grown || left.is_zero() || ticks.is_multiple_of(OWN_SHARE);
        if look && procfs::descendants(Pid::this(), most).len() > most {
            let message = format!("started more than {most} processes");
            return Ok(Some(Failure::new(Kind::Limit, message)));
        }
        if left.is_zero() {
            let seconds = options.timeout_ms as f64 / 1_000.0;
            let message = format!("did not end in {seconds} s\n{}", diagnose::describe(body));
            return Ok(Some(Failure::new(Kind::Timeout, message)));
        }
        let mut ends = vec![
            PollFd::new(pidfd.as_fd(), PollFlags::POLLIN),
            PollFd::new(parent.as_fd(), PollFlags::POLLIN),
        ];
        ends.extend(guard.as_fd().map(|listener| PollFd::new(listener, PollFlags::POLLIN)));
        let tick = PollTimeout::try_from(left.min(TICK)).unwrap_or(PollTimeout::ZERO);
        match poll(&mut ends, tick) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let happened = |position: usize| ends[position].any().unwrap_or(false);
        let (body_has_ended, parent_has_gone) = (happened(0), happened(1));
        if let Some(breach) = guard.breach() {
            return Ok(Some(breach));
        }
        if body_has_ended {
            return Ok(None);
        }
        if parent_has_gone {
            // Ctrl-C, or the end of cargo: nobody waits for a verdict any more.
            return Ok(Some(Failure::new(Kind::Signal, "the test was stopped from outside")));
        }
    }
}

fn pidfd(pid: Pid) -> io::Result<OwnedFd> {
    // SAFETY: the call takes a process and flags, and returns a descriptor or -1.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor is new, so nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as RawFd) })
}
