//! An interpreter inside of this program: Rust computes on all cores, with the lock and without it.
//!
//! Built with `--features python` alone; `PYO3_PYTHON` names the interpreter to build against.

use std::ffi::CStr;
use std::hint::black_box;
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;
use rayon::prelude::*;

const HEART: &CStr = c"
import threading, time

beats = 0

def heart():
    global beats
    while True:
        time.sleep(0.005)
        beats += 1

threading.Thread(target=heart, daemon=True).start()
";

/// The beats during each way to compute, the least of three, and the version of the interpreter.
pub struct Beats {
    pub version: String,
    pub held: u64,
    pub detached: u64,
}

// ANCHOR: main
fn compute() -> u64 {
    let mix = |seed| (0..2_000).fold(seed, |mixed: u64, n| mixed.wrapping_mul(31) ^ n);
    (0..200_000).into_par_iter().map(mix).reduce(|| 0, |a, b| a ^ b)
}

fn held(_: Python<'_>) {
    black_box(compute());
}

fn detached(py: Python<'_>) {
    black_box(py.detach(compute));
}
// ANCHOR_END: main

/// Starts an interpreter in this process, and counts.
///
/// # Errors
///
/// Fails where Python raises an exception.
pub fn count() -> PyResult<Beats> {
    Python::attach(|py| {
        let module = PyModule::from_code(py, HEART, c"heart.py", c"heart")?;
        // The heart begins to beat.
        py.detach(|| thread::sleep(Duration::from_millis(20)));
        let beats = || module.getattr("beats")?.extract::<u64>();
        let least = |work: fn(Python<'_>)| {
            (0..3).try_fold(u64::MAX, |least, _| {
                let before = beats()?;
                work(py);
                PyResult::Ok(least.min(beats()? - before))
            })
        };
        let version = py.version_info();
        let version = format!("{}.{}.{}", version.major, version.minor, version.patch);
        Ok(Beats { version, held: least(held)?, detached: least(detached)? })
    })
}
