//! Two threads that pass something, each on a core of its own where there are two.

use std::sync::Barrier;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::fence;
use std::thread;
use std::time::Instant;

use anyhow::{Result, anyhow};
use crossbeam::utils::{Backoff, CachePadded};
use labkit::Cost;
use labs::cores;

/// Who pushes, and who pops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Two threads at the same time.
    Both,
    /// One thread, by turns: nothing travels between cores, and nobody waits.
    Alone,
}

/// Runs both at the same time, and returns what the second returns. The time on the clock is that of the
/// second, from the moment in which both are there; the processor time has the birth of the threads, too.
pub fn both<T: Send>(
    first: impl FnOnce() + Send,
    second: impl FnOnce() -> T + Send,
) -> Result<(T, Cost)> {
    let cores = cores::two()?;
    let start = Barrier::new(2);
    let stay = |which: usize| {
        // Without a core of its own a thread is slower, and does the same.
        let _ = cores.map(|cores| cores::stay_on(cores[which]));
        start.wait();
    };
    let ((value, wall), Cost { cpu, .. }) = Cost::of(|| {
        thread::scope(|scope| {
            scope.spawn(|| {
                stay(0);
                first();
            });
            let second = scope.spawn(|| {
                stay(1);
                let start = Instant::now();
                (second(), start.elapsed())
            });
            second.join().map_err(|_| anyhow!("a thread has panicked"))
        })
    })?;
    Ok((value, Cost { wall, cpu }))
}

/// Tries until there is something. Who has tried for a while lets others run.
pub fn until<T>(mut attempt: impl FnMut() -> Option<T>) -> T {
    let backoff = Backoff::new();
    loop {
        if let Some(value) = attempt() {
            return value;
        }
        backoff.snooze();
    }
}

/// A step, and the fence after it if it was done.
pub fn fenced<T>(step: Option<T>) -> Option<T> {
    step.inspect(|_| fence(SeqCst))
}

/// Two ends, each in cache lines of its own: what an end remembers must not lie beside what the other does.
pub fn apart<T, R>((tx, rx): (T, R)) -> (CachePadded<T>, CachePadded<R>) {
    (CachePadded::new(tx), CachePadded::new(rx))
}
