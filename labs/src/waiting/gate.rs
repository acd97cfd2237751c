//! A gate at which tasks wait, whatever runs them.

use std::future::poll_fn;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use nix::unistd::Pid;

use super::BUFFER;

/// What those who wait have in common.
#[derive(Default)]
pub struct Gate {
    pub is_open: AtomicBool,
    wakers: Mutex<Vec<Waker>>,
    ended: AtomicUsize,
}

/// A task that waits at the gate.
pub async fn waits(gate: Arc<Gate>) {
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
pub async fn opens(gate: Arc<Gate>, count: usize, all_wait: &mut dyn FnMut(&[Pid])) {
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
