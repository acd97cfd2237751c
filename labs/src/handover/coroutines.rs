//! Round trips that stay in the thread: somebody resumes, the other side counts and pauses.

use std::cell::Cell;
use std::rc::Rc;

use ::corosensei::Coroutine;
use anyhow::{Result, ensure};
use labkit::Cost;

/// Resumes so many times, and checks that the other side has counted each.
///
/// # Errors
///
/// Fails where it has not.
pub fn measured(count: u32, counted: &Cell<u32>, mut resume: impl FnMut()) -> Result<Cost> {
    // The first resume begins, and touches the stack.
    resume();
    let before = counted.get();
    let ((), cost) = Cost::of(|| {
        for _ in 0..count {
            resume();
        }
        Ok(())
    })?;
    ensure!(counted.get() - before == count, "the other side has not run each time");
    Ok(cost)
}

/// A coroutine of corosensei.
///
/// # Errors
///
/// Fails where the other side has not run each time.
pub fn corosensei(count: u32) -> Result<Cost> {
    let counted = Rc::new(Cell::new(0));
    let counter = Rc::clone(&counted);
    let mut coroutine: Coroutine<(), (), ()> = Coroutine::new(move |yielder, ()| {
        loop {
            counter.set(counter.get() + 1);
            yielder.suspend(());
        }
    });
    measured(count, &counted, || assert!(coroutine.resume(()).as_yield().is_some()))
}
