//! Two processes that work at the same time.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use labkit::Cost;
use nix::libc;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, alarm, fork};

use crate::cores;

/// Whoever waits that long for a partner that has gone is ended by its alarm.
const LONGEST_TURN_SECONDS: u32 = 60;

/// What the work of both has cost.
#[derive(Debug, Clone, Copy)]
pub struct Together {
    /// The time on the clock begins when both are ready, and ends when both have ended their work. The
    /// processor time is that of the work alone, without the birth of the child.
    pub cost: Cost,
    /// How often one of the two has slept, to be woken up later.
    pub sleeps: u64,
}

/// Does both at the same time, in two processes: the child's work on the core, or anywhere. Each prepares
/// first, and returns its work, which alone is measured.
///
/// # Errors
///
/// Fails where one of them does. Then the child is killed, for it may wait for what will never come.
pub fn beside<C, P, T>(
    core: Option<usize>,
    child: impl FnOnce() -> Result<C>,
    parent: impl FnOnce() -> Result<P>,
) -> Result<(T, Together)>
where
    C: FnOnce() -> Result<()>,
    P: FnOnce() -> Result<T>,
{
    let (mut reports, report) = pipe()?;
    alarm::set(LONGEST_TURN_SECONDS);
    // SAFETY: this process has one thread.
    let pid = match unsafe { fork() }? {
        ForkResult::Child => run_child(core, report, child),
        ForkResult::Parent { child } => child,
    };
    drop(report);
    let worked = run_parent(&mut reports, parent);
    if worked.is_err() {
        // Where it has ended already, nothing is to be done.
        let _ = kill(pid, Signal::SIGKILL);
    }
    let ended = waitpid(pid, None)?;
    alarm::cancel();
    let worked = worked?;
    ensure!(ended == WaitStatus::Exited(pid, 0), "the child has ended otherwise: {ended:?}");
    Ok(worked)
}

fn run_parent<P, T>(
    reports: &mut PipeReader,
    parent: impl FnOnce() -> Result<P>,
) -> Result<(T, Together)>
where
    P: FnOnce() -> Result<T>,
{
    let work = parent()?;
    number(reports)?;
    let start = Instant::now();
    let (result, ours) = measured(work)?;
    let [cpu, sleeps] = [number(reports)?, number(reports)?];
    let wall = start.elapsed();
    let cost = Cost { wall, cpu: ours.cost.cpu + Duration::from_nanos(cpu) };
    Ok((result, Together { cost, sleeps: ours.sleeps + sleeps }))
}

/// The next number that the child reports.
fn number(reports: &mut PipeReader) -> Result<u64> {
    let mut number = [0; size_of::<u64>()];
    reports.read_exact(&mut number).context("the child has failed")?;
    Ok(u64::from_ne_bytes(number))
}

/// Reports when it is ready, and what the work has cost, and ends the process, whatever comes.
fn run_child<C>(core: Option<usize>, mut report: PipeWriter, child: impl FnOnce() -> Result<C>) -> !
where
    C: FnOnce() -> Result<()>,
{
    let mut tell = |number: u64| report.write_all(&number.to_ne_bytes());
    let run = || {
        alarm::set(LONGEST_TURN_SECONDS);
        core.map(cores::stay_on).transpose()?;
        let work = child()?;
        tell(0)?;
        let ((), Together { cost, sleeps }) = measured(work)?;
        tell(cost.cpu.as_nanos().try_into()?)?;
        Ok(tell(sleeps)?)
    };
    let status = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => 0,
        Ok(Err(error)) => {
            let error: anyhow::Error = error;
            eprintln!("error in the child: {error:#}");
            1
        }
        Err(_) => 1,
    };
    // SAFETY: `_exit` takes any status, and runs nothing of the parent's on its way out.
    unsafe { libc::_exit(status) }
}

/// Does the work, and measures what this process does.
fn measured<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Together)> {
    let sleeps =
        || getrusage(UsageWho::RUSAGE_SELF).map(|usage| usage.voluntary_context_switches());
    let before = sleeps()?;
    let (result, cost) = Cost::of(work)?;
    let sleeps = u64::try_from(sleeps()? - before)?;
    Ok((result, Together { cost, sleeps }))
}
