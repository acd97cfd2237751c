//! Between "not ready" and "asleep" a wake-up may come, so it must leave a mark that the thread looks at
//! before it sleeps. The tempting mistake is to take the token of `park` for this mark: everybody who
//! parks on this thread uses the same one, the future too. So the mark is a flag of our own, and the
//! token only ends the sleep.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use crate::sync::AtomicBool;
use crate::sync::Ordering::{Acquire, Release};
use crate::sync::thread::{self, Thread};

/// How a thread that sleeps learns of a wake-up.
struct Signal {
    woken: AtomicBool,
    thread: Thread,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        // Release pairs with the Acquire in `wait`. It is a swap, since a store would hide what another
        // wake-up has published. Who finds the flag up needs no unpark: another thread is about it.
        if !self.woken.swap(true, Release) {
            self.thread.unpark();
        }
    }
}

impl Signal {
    /// Sleeps until there was a wake-up, and forgets it.
    fn wait(&self) {
        // Acquire pairs with the Release of every wake-up since the last look.
        while !self.woken.swap(false, Acquire) {
            thread::park();
        }
    }
}

/// Polls `future` on this thread, at once, and again whenever it was woken, until it is ready; returns its
/// value. It sleeps while there is nothing to poll for.
///
/// A wake-up may come from any thread and at any moment: during a poll, before the sleep, in it, and when all
/// is over. None is lost; some that come together may be one. The poll that follows sees all that was
/// written before the wake-up.
///
/// The future may park and unpark this thread for its own ends, and may call `block_on` itself.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let signal = Arc::new(Signal { woken: AtomicBool::new(false), thread: thread::current() });
    let waker = Waker::from(signal.clone());
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        signal.wait();
    }
}
