//! Two loops: one starts, one waits.

use std::thread;

pub fn join_all(jobs: Vec<fn() -> u32>) -> Vec<u32> {
    let handles: Vec<_> = jobs.into_iter().map(thread::spawn).collect();
    handles.into_iter().map(|handle| handle.join().expect("no job panics")).collect()
}
