//! Runs test binaries side by side and hands on what came of them in their order.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use anyhow::Result;

use super::Conditions;
use super::checked::Outcome;
use super::clock::Clock;
use super::prepare::{Preparation, Ready};
use crate::catalog::Exercise;
use crate::trial::Runner;

/// How many tests of a binary run at once where several binaries do: a test that waits leaves its
/// processor to the other.
const THREADS: usize = 2;

/// Runs what is prepared and hands on each outcome, until it is stopped.
///
/// # Errors
///
/// Fails where a test binary cannot be started, or as `each`.
pub(super) fn run_all<'a>(
    preparation: Preparation<'a>,
    conditions: &Conditions<'_>,
    mut each: impl FnMut(&'a Exercise, Outcome, Vec<&'a Exercise>) -> Result<()>,
) -> Result<()> {
    let mut clock =
        Clock::new(preparation.exercises.iter().map(|one| one.exercise), conditions.show);
    // The overlays live until the last binary has ended.
    let Preparation { exercises, overlays: _overlays } = preparation;
    let (mut order, mut outcomes, mut jobs) = (Vec::new(), BTreeMap::new(), Vec::new());
    for (position, one) in exercises.into_iter().enumerate() {
        order.push((one.exercise, one.beside));
        match one.ready {
            Ready::Decided(outcome) => drop(outcomes.insert(position, outcome)),
            Ready::Binary { binary, package } => jobs.push((position, binary, package)),
        }
    }
    let queue = Queue { jobs, next: AtomicUsize::new(0) };
    let Conditions { stop, at_once, cage, .. } = *conditions;
    let threads = (queue.jobs.len() > 1).then_some(THREADS);
    let runner = Runner { stop: Some(stop), threads, cage };

    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..at_once.min(queue.jobs.len()) {
            let (sender, queue) = (sender.clone(), &queue);
            scope.spawn(move || {
                while let Some((position, binary, package)) = queue.take() {
                    let trial = runner.run(binary, package, None);
                    if stop.is_stopped() || sender.send((*position, trial)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        // Where this ends early, the threads find nobody who listens, and end as well.
        let receiver = receiver;
        for (position, (exercise, beside)) in order.into_iter().enumerate() {
            while !outcomes.contains_key(&position) {
                match receiver.recv_timeout(clock.left()) {
                    Ok((position, trial)) => drop(outcomes.insert(position, Outcome::Ran(trial?))),
                    Err(RecvTimeoutError::Timeout) => clock.tell(),
                    // Where nobody is left who could send one, it was stopped.
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                }
            }
            if let Some(outcome) = outcomes.remove(&position) {
                each(exercise, outcome, beside)?;
            }
        }
        Ok(())
    })
}

/// What is to be run; several threads take from it.
struct Queue {
    /// The position of the exercise, its binary, and the folder of its package.
    jobs: Vec<(usize, PathBuf, PathBuf)>,
    next: AtomicUsize,
}

impl Queue {
    fn take(&self) -> Option<&(usize, PathBuf, PathBuf)> {
        // Relaxed: the jobs were there before the threads were.
        self.jobs.get(self.next.fetch_add(1, Relaxed))
    }
}
