//! Keeps the cores busy, as on a machine where the tests are not alone.

use std::hint::spin_loop;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

/// Two threads for each core of the smallest machine that the course promises to work on.
pub const BUSY_THREADS: usize = 4;

/// Runs `work` while [`BUSY_THREADS`] threads do nothing but use the processor.
pub fn under_load<T>(work: impl FnOnce() -> T) -> T {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..BUSY_THREADS {
            // Relaxed: no data travels with the flag.
            scope.spawn(|| {
                while !stop.load(Relaxed) {
                    spin_loop();
                }
            });
        }
        // The guard stops the threads where `work` panics, too: the scope waits for them.
        let _stop = StopOnDrop(&stop);
        work()
    })
}

struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_is_done_and_its_value_returned() {
        assert_eq!(under_load(|| 7), 7);
    }

    #[test]
    fn work_that_panics_stops_the_load() {
        let outcome = std::panic::catch_unwind(|| under_load(|| panic!("on purpose")));
        assert!(outcome.is_err());
    }
}
