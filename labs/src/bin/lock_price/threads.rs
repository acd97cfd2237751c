//! Threads that start together.

use std::sync::Barrier;
use std::thread;

/// Runs `job` on each of `threads` threads at the same time; it gets the number of its thread.
pub fn together(threads: usize, job: impl Fn(usize) + Sync) {
    if threads == 1 {
        return job(0);
    }
    let start = Barrier::new(threads);
    thread::scope(|scope| {
        for number in 0..threads {
            let (job, start) = (&job, &start);
            scope.spawn(move || {
                start.wait();
                job(number);
            });
        }
    });
}
