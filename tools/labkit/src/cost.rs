//! What one turn of a variant costs, by two clocks.

use std::time::{Duration, Instant};

use anyhow::Result;
use nix::sys::resource::{UsageWho, getrusage};

/// What one turn of a variant costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Time on the clock: what a user waits, and it includes the turns of other programs.
    pub wall: Duration,
    /// Processor time of this process and of the children that it waited for.
    pub cpu: Duration,
}

impl Cost {
    /// Does the work and measures it; a child counts where the work waits for it.
    ///
    /// # Errors
    ///
    /// Fails where the work fails.
    pub fn of<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Cost)> {
        let cpu = processor_time();
        let start = Instant::now();
        let result = work()?;
        let wall = start.elapsed();
        Ok((result, Cost { wall, cpu: processor_time().saturating_sub(cpu) }))
    }
}

/// What this process and its children, as far as they were waited for, have used so far.
pub(crate) fn processor_time() -> Duration {
    [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN]
        .into_iter()
        .filter_map(|who| getrusage(who).ok())
        .flat_map(|usage| [usage.user_time(), usage.system_time()])
        .map(|time| Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1_000))
        .sum()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use anyhow::bail;

    use super::*;

    #[test]
    fn a_child_that_was_waited_for_is_charged() {
        let (status, cost) = Cost::of(|| Ok(Command::new("true").status()?)).unwrap();
        assert!(status.success());
        assert!(cost.cpu > Duration::ZERO);
    }

    #[test]
    fn work_that_fails_has_no_cost() {
        let error = Cost::of::<()>(|| bail!("no such thing")).unwrap_err();
        assert_eq!(error.to_string(), "no such thing");
    }
}
