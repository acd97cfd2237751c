//! Many tasks of the executor of exercise 13.3 that wait.

use std::sync::Arc;

use anyhow::Result;
use labs::waiting::gate::{Gate, opens, waits};
use nix::unistd::Pid;

use crate::e3_executor::Executor;

/// Starts so many, calls the function when all of them wait, and ends them. It never fails.
pub fn executor(count: usize, all_wait: &mut dyn FnMut(&[Pid])) -> Result<()> {
    let (gate, executor) = (Arc::new(Gate::default()), Executor::default());
    let spawner = executor.spawner();
    for _ in 0..count {
        drop(spawner.spawn(waits(Arc::clone(&gate))));
    }
    executor.run(opens(gate, count, all_wait));
    Ok(())
}
