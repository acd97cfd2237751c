//! Two futures as tasks of tokio.

use std::io;

use anyhow::{Result, ensure};
use labkit::Cost;
use tokio::runtime::{Builder, Runtime};

/// tokio, on this thread alone.
///
/// # Errors
///
/// Fails where the system has no more descriptors or memory.
pub fn tokio_here() -> io::Result<Runtime> {
    Builder::new_current_thread().build()
}

/// tokio, with two threads of its own for the tasks.
///
/// # Errors
///
/// Fails where the system has no more descriptors, threads or memory.
pub fn tokio_with_two_workers() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(2).build()
}

/// Runs both to their end.
///
/// # Errors
///
/// Fails where one of them panics, or returns `false`.
pub fn on_tokio(
    runtime: &Runtime,
    futures: [impl Future<Output = bool> + Send + 'static; 2],
) -> Result<Cost> {
    timed(|| {
        runtime.block_on(async {
            let [a, b] = futures.map(tokio::spawn);
            Ok(a.await? && b.await?)
        })
    })
}

/// Measures work that says whether it was done.
///
/// # Errors
///
/// Fails where the work fails, or was not done.
pub fn timed(work: impl FnOnce() -> Result<bool>) -> Result<Cost> {
    let (all_well, cost) = Cost::of(work)?;
    ensure!(all_well, "one of them has not done its work");
    Ok(cost)
}
