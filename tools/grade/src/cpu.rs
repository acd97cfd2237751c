//! What code costs the processor: code that waits by looking again and again gives itself away.

use std::time::Duration;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// What a process has spent on a piece of code, its other threads included (getrusage(2)).
///
/// Neither number grows because the machine is busy with something else, so both can be judged
/// where elapsed time cannot. A wait for one event is one sleep and next to no time. A loop that
/// polls and naps sleeps as often as it looks; one that polls without a nap never sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// The time on a processor, in user and in system mode. Handlers of signals count too.
    pub time: Duration,
    /// How often the process has given its processor away to wait for something. A signal handler
    /// that interrupts a wait makes it two.
    pub sleeps: u64,
}

/// A point in the life of this process, to count from.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    usage: Usage,
}

impl Mark {
    /// Begins to count.
    pub fn set() -> Mark {
        Mark { usage: usage() }
    }

    /// What was spent since.
    pub fn spent(&self) -> Spent {
        let (before, now) = (&self.usage, usage());
        let time = |usage: &Usage| {
            let micros =
                usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
            Duration::from_micros(micros.cast_unsigned())
        };
        let sleeps = now.voluntary_context_switches() - before.voluntary_context_switches();
        // The kernel scales user and system time to fit their sum, which never shrinks.
        Spent { time: time(&now).saturating_sub(time(before)), sleeps: sleeps.cast_unsigned() }
    }
}

/// Calls `f` and tells what it has spent.
pub fn spent_by<T>(f: impl FnOnce() -> T) -> (T, Spent) {
    let mark = Mark::set();
    let value = f();
    (value, mark.spent())
}

fn usage() -> Usage {
    getrusage(UsageWho::RUSAGE_SELF).expect("a process may ask for its own usage")
}
