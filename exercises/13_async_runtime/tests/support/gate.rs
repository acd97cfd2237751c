//! Futures that a test opens, and tasks that it polls them by.

use std::cell::{Cell, RefCell};
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

thread_local! {
    static POLLS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// The names of those that were polled since it was asked last, in their order.
pub fn polls() -> Vec<&'static str> {
    POLLS.take()
}

/// A task: it polls what it is told to, and counts how often it is woken.
pub struct Task {
    wakes: Arc<Wakes>,
}

struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

impl Task {
    pub fn new() -> Task {
        Task { wakes: Arc::new(Wakes(AtomicUsize::new(0))) }
    }

    pub fn poll<F: Future>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        let waker = Waker::from(self.wakes.clone());
        future.poll(&mut Context::from_waker(&waker))
    }

    pub fn wakes(&self) -> usize {
        self.wakes.0.load(SeqCst)
    }
}

/// What a future waits for, until the test opens it.
#[derive(Clone)]
pub struct Gate(Rc<Inner>);

struct Inner {
    name: &'static str,
    value: Cell<Option<u32>>,
    waker: RefCell<Option<Waker>>,
    polls: Cell<usize>,
    drops: Cell<usize>,
}

/// Ready when its gate is open. To poll it after that is a panic.
pub struct Wait {
    gate: Rc<Inner>,
    is_over: bool,
}

impl Gate {
    pub fn new(name: &'static str) -> Gate {
        Gate(Rc::new(Inner {
            name,
            value: Cell::new(None),
            waker: RefCell::new(None),
            polls: Cell::new(0),
            drops: Cell::new(0),
        }))
    }

    pub fn wait(&self) -> Wait {
        Wait { gate: self.0.clone(), is_over: false }
    }

    /// Opens the gate, and wakes whoever polled last.
    pub fn open(&self, value: u32) {
        self.0.value.set(Some(value));
        let waker = self.0.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub fn polls(&self) -> usize {
        self.0.polls.get()
    }

    pub fn drops(&self) -> usize {
        self.0.drops.get()
    }
}

impl Future for Wait {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        let gate = self.gate.clone();
        assert!(
            !mem::take(&mut self.is_over),
            "`{}` was polled again after it was ready",
            gate.name
        );
        gate.polls.set(gate.polls.get() + 1);
        POLLS.with_borrow_mut(|polls| polls.push(gate.name));
        match gate.value.get() {
            Some(value) => {
                self.is_over = true;
                Poll::Ready(value)
            }
            None => {
                gate.waker.replace(Some(cx.waker().clone()));
                Poll::Pending
            }
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.gate.drops.set(self.gate.drops.get() + 1);
    }
}
