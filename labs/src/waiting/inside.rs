//! Tasks, coroutines and threads: all of them wait in this process.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use anyhow::{Context, Result, ensure};
use corosensei::{Coroutine, stack::DefaultStack};
use nix::unistd::Pid;
use tokio::runtime;

use super::BUFFER;
use super::gate::{Gate, opens, waits};

/// The bytes of a coroutine's stack, as many as corosensei takes where nobody says how many.
const STACK: usize = 1 << 20;

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
