//! Polls futures by hand, and lets other threads wake tasks.

use std::any::Any;
use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// A waker that counts. What keeps it holds an `Arc` more.
#[derive(Default)]
pub struct Counter {
    woken: AtomicUsize,
}

impl Counter {
    pub fn new() -> Arc<Counter> {
        Arc::default()
    }

    /// How often it was woken.
    pub fn woken(&self) -> usize {
        self.woken.load(SeqCst)
    }
}

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.fetch_add(1, SeqCst);
    }
}

thread_local! {
    /// What the waker of a `Holder` holds. It stays on its thread.
    static HELD: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// A waker that wakes nobody. When it is called, or its last copy is dropped, so is what it holds.
pub struct Holder(());

impl Holder {
    /// One at a time, which is dropped on this thread.
    pub fn waker(held: impl Any) -> Waker {
        HELD.set(Some(Box::new(held)));
        Waker::from(Arc::new(Holder(())))
    }
}

impl Wake for Holder {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        drop(HELD.take());
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        drop(HELD.take());
    }
}

/// Polls a future once, with this waker.
pub fn poll_with<F: Future>(future: Pin<&mut F>, counter: &Arc<Counter>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(&Waker::from(Arc::clone(counter))))
}

/// Drops it, whatever it is: what a type drops is for its author to say.
pub fn discard<T>(value: T) {
    drop(value);
}

/// How many wakers there are for this counter.
pub fn wakers_of(counter: &Arc<Counter>) -> usize {
    Arc::strong_count(counter) - 1
}

/// Is rung by any thread, and heard by one task.
#[derive(Default)]
pub struct Bell {
    state: Mutex<(usize, Option<Waker>)>,
}

impl Bell {
    pub fn new() -> Arc<Bell> {
        Arc::default()
    }

    pub fn ring(&self) {
        let waker = {
            let mut state = self.state.lock().unwrap();
            state.0 += 1;
            state.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Waits until it has been rung so often.
    pub async fn has_rung(&self, times: usize) {
        poll_fn(|cx| {
            let mut state = self.state.lock().unwrap();
            if state.0 >= times {
                return Poll::Ready(());
            }
            state.1 = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
