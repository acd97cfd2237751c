//! What a program makes without asking the kernel for one.

use std::hint::black_box;

use crate::e3_executor::Executor;
use anyhow::{Context, Result, ensure};
use corosensei::Coroutine;
use corosensei::stack::DefaultStack;
use labkit::Cost;
use rayon::ThreadPoolBuilder;
use tokio::runtime;

use crate::{one_by_one, successor, timed};

/// Calls of a function that is not inlined.
pub fn calls(count: u32) -> Result<Cost> {
    one_by_one(count, |number| Ok(successor(black_box(number)) == number + 1))
}

/// Jobs that the only thread of a pool makes for itself.
pub fn jobs(count: u32) -> Result<Cost> {
    let one = |number| {
        let mut answer = 0;
        rayon::scope(|scope| scope.spawn(|_| answer = successor(number)));
        Ok(answer == number + 1)
    };
    // The thread has ended when this returns: who forks next has one thread.
    ThreadPoolBuilder::new()
        .num_threads(1)
        .build_scoped(|thread| thread.run(), |pool| pool.install(|| one_by_one(count, one)))?
}

/// Coroutines of corosensei, each on a stack that the kernel maps for it.
pub fn coroutines(count: u32) -> Result<Cost> {
    one_by_one(count, |number| Ok(run(number, DefaultStack::default())?.0))
}

/// The same, one after the other on the same stack.
pub fn coroutines_again(count: u32) -> Result<Cost> {
    let mut stack = Some(DefaultStack::default());
    one_by_one(count, |number| {
        let (is_right, used) = run(number, stack.take().context("the stack is in use")?)?;
        stack = Some(used);
        Ok(is_right)
    })
}

/// Runs one, and gives its stack back.
fn run(number: u32, stack: DefaultStack) -> Result<(bool, DefaultStack)> {
    let body = |_: &_, number| successor(number);
    let mut coroutine = Coroutine::<u32, (), u32, _>::with_stack(stack, body);
    let answer = coroutine.resume(number).as_return();
    ensure!(answer.is_some(), "the coroutine has paused");
    Ok((answer == Some(number + 1), coroutine.into_stack()))
}

/// Tasks of the executor of exercise 13.3.
pub fn tasks(count: u32) -> Result<Cost> {
    let executor = Executor::default();
    let spawner = executor.spawner();
    timed(|| {
        executor.run(async {
            for number in 0..count {
                let answer = spawner.spawn(async move { successor(number) }).await;
                ensure!(answer.is_ok_and(|answer| answer == number + 1), "a task has failed");
            }
            Ok(())
        })
    })
}

/// Tasks of tokio on this thread.
pub fn tokio_tasks(count: u32) -> Result<Cost> {
    let runtime = runtime::Builder::new_current_thread().build()?;
    timed(|| {
        runtime.block_on(async {
            for number in 0..count {
                let answer = tokio::spawn(async move { successor(number) }).await?;
                ensure!(answer == number + 1, "the answer to {number} is wrong");
            }
            Ok(())
        })
    })
}
