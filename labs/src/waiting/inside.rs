//! Tasks, coroutines and threads: all of them wait in this process.

use std::future::poll_fn;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::thread;

use anyhow::{Context, Result, ensure};
use corosensei::{Coroutine, stack::DefaultStack};
use nix::unistd::Pid;
use tokio::runtime;

use super::BUFFER;
use crate::e3_executor::Executor;

/// The bytes of a coroutine's stack, as many as corosensei takes where nobody says how many.
const STACK: usize = 1 << 20;

/// What those who wait have in common.
#[derive(Default)]
struct Gate {
    is_open: AtomicBool,
    wakers: Mutex<Vec<Waker>>,
    ended: AtomicUsize,
}

/// A task that waits at the gate.
async fn waits(gate: Arc<Gate>) {
    let buffer = [1_u8; BUFFER];
    poll_fn(|cx| {
        if gate.is_open.load(SeqCst) {
            return Poll::Ready(());
        }
        gate.wakers.lock().unwrap_or_else(PoisonError::into_inner).push(cx.waker().clone());
        Poll::Pending
    })
    .await;
    black_box(&buffer);
    gate.ended.fetch_add(1, SeqCst);
}

/// The main task: lets all come to the gate, and opens it.
async fn opens(gate: Arc<Gate>, count: usize, all_wait: &mut dyn FnMut(&[Pid])) {
    let coming = || gate.wakers.lock().unwrap_or_else(PoisonError::into_inner).len();
    yield_until(|| coming() == count).await;
    all_wait(&[]);
    gate.is_open.store(true, SeqCst);
    let wakers = std::mem::take(&mut *gate.wakers.lock().unwrap_or_else(PoisonError::into_inner));
    wakers.into_iter().for_each(Waker::wake);
    yield_until(|| gate.ended.load(SeqCst) == count).await;
}

async fn yield_until(condition: impl Fn() -> bool) {
    poll_fn(|cx| {
        if condition() {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Tasks of the executor of exercise 13.3.
///
/// # Errors
///
/// Never fails.
pub fn executor(count: usize, all_wait: &mut dyn FnMut(&[Pid])) -> Result<()> {
    let (gate, executor) = (Arc::new(Gate::default()), Executor::default());
    let spawner = executor.spawner();
    for _ in 0..count {
        drop(spawner.spawn(waits(Arc::clone(&gate))));
    }
    executor.run(opens(gate, count, all_wait));
    Ok(())
}

/// Tasks of tokio on this thread.
///
/// # Errors
///
/// Fails where there can be no runtime.
pub fn tokio(count: usize, all_wait: &mut dyn FnMut(&[Pid])) -> Result<()> {
    let (gate, runtime) =
        (Arc::new(Gate::default()), runtime::Builder::new_current_thread().build()?);
    for _ in 0..count {
        drop(runtime.spawn(waits(Arc::clone(&gate))));
    }
    runtime.block_on(opens(gate, count, all_wait));
    Ok(())
}

/// Coroutines of corosensei, each on a stack of its own.
///
/// # Errors
///
/// Fails where there is no memory for a stack.
pub fn coroutines(count: usize, all_wait: &mut dyn FnMut(&[Pid])) -> Result<()> {
    let one = |number| {
        let stack = DefaultStack::new(STACK);
        let stack = stack.with_context(|| format!("there can be {number} stacks and no more"))?;
        let mut coroutine = Coroutine::<(), (), (), _>::with_stack(stack, |yielder, ()| {
            let buffer = [1_u8; BUFFER];
            yielder.suspend(());
            black_box(&buffer);
        });
        coroutine.resume(()).as_yield().context("a coroutine does not wait")?;
        Ok(coroutine)
    };
    let mut coroutines = (0..count).map(one).collect::<Result<Vec<_>>>()?;
    all_wait(&[]);
    let mut ended = coroutines.iter_mut().map(|one| one.resume(()).as_return().is_some());
    ensure!(ended.all(|ended| ended), "a coroutine does not end");
    Ok(())
}

/// Threads, which park.
///
/// # Errors
///
/// Fails where the system lets no more threads be made, and where one panics.
pub fn threads(count: usize, all_wait: &mut dyn FnMut(&[Pid])) -> Result<()> {
    let gate = Arc::new(Gate::default());
    let waiting = Arc::new(AtomicUsize::new(0));
    let one = |number| {
        let (gate, waiting) = (Arc::clone(&gate), Arc::clone(&waiting));
        let thread = thread::Builder::new().spawn(move || {
            let buffer = [1_u8; BUFFER];
            waiting.fetch_add(1, SeqCst);
            while !gate.is_open.load(SeqCst) {
                thread::park();
            }
            black_box(&buffer);
        });
        thread.with_context(|| format!("there can be {number} threads and no more"))
    };
    let threads = (0..count).map(one).collect::<Result<Vec<_>>>()?;
    while waiting.load(SeqCst) < count {
        thread::yield_now();
    }
    all_wait(&[]);
    gate.is_open.store(true, SeqCst);
    // One after the other: thousands that become ready at the same time would hold up other programs.
    for thread in threads {
        thread.thread().unpark();
        ensure!(thread.join().is_ok(), "a thread has panicked");
    }
    Ok(())
}
