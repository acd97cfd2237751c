//! Many wait at the same time. How much more memory does the process have then?

use std::fs;
use std::future::poll_fn;
use std::hint::black_box;
use std::io::{Read, Write, pipe};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::thread;

use anyhow::{Context, Result, ensure};
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

use crate::e3_executor::Executor;
use crate::tokio_here;

/// What each of them keeps while it waits.
const BUFFER: usize = 64;

/// How often it is measured, each time in a new process.
const TRIES: usize = 5;

/// Starts so many, calls the function when all of them wait, and ends them.
type Way = fn(usize, &mut dyn FnMut()) -> Result<()>;

/// What each of so many takes, in bytes of resident memory: the median of several tries.
pub fn of_each(count: usize, way: Way) -> Result<u64> {
    let tries: Result<Vec<u64>> = (0..TRIES).map(|_| in_a_child(|| more(count, way))).collect();
    let mut tries = tries?;
    tries.sort_unstable();
    Ok(tries[TRIES / 2] / count as u64)
}

fn more(count: usize, way: Way) -> Result<u64> {
    let before = resident()?;
    let mut during = Ok(0);
    way(count, &mut || during = resident())?;
    Ok(during?.saturating_sub(before))
}

/// The resident memory of this process, in bytes.
fn resident() -> Result<u64> {
    let statm = fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = statm.split(' ').nth(1).context("statm has no second number")?.parse()?;
    // SAFETY: `sysconf` takes any number.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    Ok(pages * u64::try_from(size)?)
}

/// A new process has nothing left from what was measured before.
fn in_a_child(measure: impl FnOnce() -> Result<u64>) -> Result<u64> {
    let (mut reader, mut writer) = pipe()?;
    // SAFETY: this process has one thread.
    match unsafe { fork() }? {
        ForkResult::Child => {
            let told = measure().and_then(|bytes| Ok(writer.write_all(&bytes.to_ne_bytes())?));
            // SAFETY: `_exit` takes any status, and runs nothing of the parent's on its way out.
            unsafe { libc::_exit(i32::from(told.is_err())) }
        }
        ForkResult::Parent { child } => {
            drop(writer);
            let mut bytes = [0; 8];
            let read = reader.read_exact(&mut bytes);
            let ended = waitpid(child, None)?;
            ensure!(ended == WaitStatus::Exited(child, 0), "the process that waits has failed");
            read?;
            Ok(u64::from_ne_bytes(bytes))
        }
    }
}

/// What the tasks have in common.
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
async fn opens(gate: Arc<Gate>, count: usize, all_wait: &mut dyn FnMut()) {
    let coming = || gate.wakers.lock().unwrap_or_else(PoisonError::into_inner).len();
    yield_until(|| coming() == count).await;
    all_wait();
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

pub fn on_the_reference(count: usize, all_wait: &mut dyn FnMut()) -> Result<()> {
    let (gate, executor) = (Arc::new(Gate::default()), Executor::default());
    let spawner = executor.spawner();
    for _ in 0..count {
        drop(spawner.spawn(waits(Arc::clone(&gate))));
    }
    executor.run(opens(gate, count, all_wait));
    Ok(())
}

pub fn on_tokio(count: usize, all_wait: &mut dyn FnMut()) -> Result<()> {
    let (gate, runtime) = (Arc::new(Gate::default()), tokio_here()?);
    for _ in 0..count {
        drop(runtime.spawn(waits(Arc::clone(&gate))));
    }
    runtime.block_on(opens(gate, count, all_wait));
    Ok(())
}

/// Threads with the same buffer, which park.
pub fn on_threads(count: usize, all_wait: &mut dyn FnMut()) -> Result<()> {
    let gate = Arc::new(Gate::default());
    let waiting = Arc::new(AtomicUsize::new(0));
    let threads: Result<Vec<_>, _> = (0..count)
        .map(|_| {
            let (gate, waiting) = (Arc::clone(&gate), Arc::clone(&waiting));
            thread::Builder::new().spawn(move || {
                let buffer = [1_u8; BUFFER];
                waiting.fetch_add(1, SeqCst);
                while !gate.is_open.load(SeqCst) {
                    thread::park();
                }
                black_box(&buffer);
            })
        })
        .collect();
    let threads = threads?;
    while waiting.load(SeqCst) < count {
        thread::yield_now();
    }
    all_wait();
    gate.is_open.store(true, SeqCst);
    threads.iter().for_each(|thread| thread.thread().unpark());
    ensure!(threads.into_iter().all(|thread| thread.join().is_ok()), "a thread has panicked");
    Ok(())
}
