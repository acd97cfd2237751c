//! The supervisors that this process runs, and what is left where one of them is killed.
//!
//! The process of libtest is a subreaper too: whatever loses its supervisor becomes its child. It
//! is then known by not being a supervisor, so a plain `#[test]` beside graded ones may lose a
//! child of its own when a supervisor dies. Nothing here waits for any child at large: that would
//! take the status of a child from the thread that waits for it.

use std::collections::BTreeSet;
use std::io;
use std::iter;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{Pid, getpgid, getsid};

use crate::body::leave;
use crate::priority;
use crate::procfs;

/// The supervisors that were started and not yet waited for.
static RUNNING: Mutex<BTreeSet<Pid>> = Mutex::new(BTreeSet::new());

/// The longest that it takes to kill what is left, where the system lets it be killed.
const PATIENCE: Duration = Duration::from_secs(8);

/// The pause between two rounds: the dying need a processor.
const PAUSE: Duration = Duration::from_micros(200);

/// The most descendants of one process that are looked at in one round.
const ENOUGH: usize = 256;

/// Starts a supervisor.
pub(crate) fn start(command: &mut Command) -> io::Result<Child> {
    let mut running = running();
    prctl::set_child_subreaper(true)?;
    let supervisor = command.spawn()?;
    running.insert(number(&supervisor));
    Ok(supervisor)
}

/// Whether a signal has stopped a supervisor, and which.
pub(crate) fn stopped(supervisor: &Child) -> Option<Signal> {
    let flags = WaitPidFlag::WSTOPPED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    match waitid(Id::Pid(number(supervisor)), flags) {
        Ok(WaitStatus::Stopped(_, signal)) => Some(signal),
        _ => None,
    }
}

/// Waits for a supervisor; kills it first, if it has not ended. Its death ends the body.
pub(crate) fn end(mut supervisor: Child) -> io::Result<ExitStatus> {
    supervisor.kill()?;
    let pid = number(&supervisor);
    while let Err(error) = waitid(Id::Pid(pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT) {
        if error != Errno::EINTR {
            return Err(error.into());
        }
    }
    // Waited for and forgotten in one step: in between, its number could become another's.
    let mut running = running();
    running.remove(&pid);
    supervisor.wait()
}

/// Ends what a supervisor left that was killed before it could clean up.
pub(crate) fn clear_strays() {
    let running = running();
    clear(|pid| !running.contains(pid));
}

/// Ends every descendant of this process, and then this process.
pub(crate) fn end_everything() -> ! {
    // Nothing starts any more: the lock is never given back.
    let _running = running();
    clear(|_| true);
    leave(1)
}

/// Kills the children that are `doomed`, with all that descends from them, and waits for them.
fn clear(doomed: impl Fn(&Pid) -> bool) {
    priority::before_others();
    let start = Instant::now();
    // A child moves from thread to thread when one ends, so that a single look may miss it.
    let mut looks_without_any = 0;
    while looks_without_any < 2 && start.elapsed() < PATIENCE {
        let mut children = procfs::children(Pid::this());
        children.retain(&doomed);
        for &child in &children {
            let family = iter::once(child).chain(procfs::descendants(child, ENOUGH));
            family.for_each(end_with_its_group);
            let _ = waitpid(child, Some(WaitPidFlag::WNOHANG | WaitPidFlag::__WALL));
        }
        looks_without_any = if children.is_empty() { looks_without_any + 1 } else { 0 };
        thread::sleep(PAUSE);
    }
    priority::among_others();
}

/// A whole group dies at once: none of it can fork while a signal is pending. In another session
/// than this process's, a group has members of the test only.
fn end_with_its_group(pid: Pid) {
    match getpgid(Some(pid)) {
        Ok(group) if getsid(Some(pid)) != getsid(None) => drop(killpg(group, Signal::SIGKILL)),
        _ => drop(kill(pid, Signal::SIGKILL)),
    }
}

fn number(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}

fn running() -> MutexGuard<'static, BTreeSet<Pid>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}
