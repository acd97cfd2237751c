//! Which cores a lab runs on: one for all that it makes, or two for two that talk to each other.

use anyhow::{Context, Result};
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// The calling thread alone, whatever its number is.
const THIS_THREAD: Pid = Pid::from_raw(0);

/// The first two cores that this thread may run on; nothing where there is only one.
///
/// # Errors
///
/// Fails where the system does not tell.
pub fn two() -> Result<Option<[usize; 2]>> {
    let allowed = sched_getaffinity(THIS_THREAD)?;
    let mut cores = (0..CpuSet::count()).filter(|&core| allowed.is_set(core) == Ok(true));
    Ok(cores.next().zip(cores.next()).map(|(first, second)| [first, second]))
}

/// Does it with this thread, and all that it makes, on the first core that it may run on.
///
/// # Errors
///
/// Fails where `run` does, and where the system does not let the thread stay there.
pub fn on_one<T>(run: impl FnOnce() -> Result<T>) -> Result<T> {
    let allowed = sched_getaffinity(THIS_THREAD)?;
    let core = (0..CpuSet::count()).find(|&core| allowed.is_set(core) == Ok(true));
    on(&[core.context("there is no core to run on")?], run)
}

/// Does it with this thread, and all that it makes, on these cores.
///
/// # Errors
///
/// Fails where `run` does, and where the thread may not run there.
pub fn on<T>(cores: &[usize], run: impl FnOnce() -> Result<T>) -> Result<T> {
    let allowed = sched_getaffinity(THIS_THREAD)?;
    stay_on_any(cores)?;
    let result = run();
    sched_setaffinity(THIS_THREAD, &allowed)?;
    result
}

/// Keeps this thread on a core, and so what it forks or spawns from now on.
///
/// # Errors
///
/// Fails where the thread may not run there.
pub fn stay_on(core: usize) -> Result<()> {
    stay_on_any(&[core])
}

fn stay_on_any(cores: &[usize]) -> Result<()> {
    let mut set = CpuSet::new();
    cores.iter().try_for_each(|&core| set.set(core))?;
    Ok(sched_setaffinity(THIS_THREAD, &set)?)
}
