//! Each end leaves by one step of the state, and who comes second finds what the first has left: the
//! loser of the race cleans up. The tempting mistake is to look at the state and to act on it later.

use std::mem::MaybeUninit;

use crate::sync::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{Arc, AtomicU32, UnsafeCell, futex_wait, futex_wake};

/// Both ends are there, and there is no value yet.
const EMPTY: u32 = 0;
/// As `EMPTY`, and the receiver may sleep.
const AWAITED: u32 = 1;
/// The value is there, and is the receiver's.
const FULL: u32 = 2;
/// The sender has gone without a value, or the value has been taken: none will come.
const OVER: u32 = 3;
/// The receiver has gone.
const DEAF: u32 = 4;

/// What the two ends share.
struct Shared<T> {
    state: AtomicU32,
    value: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: one end at a time uses the value: the sender until it makes the state `FULL`, the receiver
// from then on. So it only goes from thread to thread.
unsafe impl<T: Send> Sync for Shared<T> {}

/// The end that sends the value.
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
}

/// The end that receives the value.
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
}

/// The sender has gone without a value, or the value has been taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disconnected;

/// A channel for one value.
pub fn oneshot<T: Send>() -> (Sender<T>, Receiver<T>) {
    let value = UnsafeCell::new(MaybeUninit::uninit());
    let shared = Arc::new(Shared { state: AtomicU32::new(EMPTY), value });
    (Sender { shared: shared.clone() }, Receiver { shared })
}

impl<T> Sender<T> {
    /// Sends the value; never waits. Where the receiver has gone, the value comes back. Makes a system
    /// call only where the receiver may sleep.
    pub fn send(self, value: T) -> Result<(), T> {
        let Shared { state, value: place } = &*self.shared;
        // SAFETY: the state is not `FULL`, so the place is the sender's; it has no value yet.
        unsafe { (*place.get()).write(value) };
        // Release pairs with the Acquire of the receiver, in `try_recv` or in `drop`.
        match state.swap(FULL, Release) {
            // SAFETY: the receiver has gone and does not look here; the value was written above.
            DEAF => return Err(unsafe { (*place.get()).assume_init_read() }),
            AWAITED => _ = futex_wake(state, 1),
            _ => {}
        }
        Ok(())
    }
}

impl<T> Receiver<T> {
    /// Waits for the value, asleep.
    pub fn recv(mut self) -> Result<T, Disconnected> {
        loop {
            if let Some(result) = self.try_recv() {
                return result;
            }
            // Where this fails the state is no longer `EMPTY`, and the sleep ends at once unless it is
            // `AWAITED`. Relaxed: the next look decides.
            let state = &self.shared.state;
            let _ = state.compare_exchange(EMPTY, AWAITED, Relaxed, Relaxed);
            futex_wait(state, AWAITED);
        }
    }

    /// The value, if it has come; `None` if it may still come. Never waits.
    pub fn try_recv(&mut self) -> Option<Result<T, Disconnected>> {
        let Shared { state, value } = &*self.shared;
        // Acquire pairs with the Release in `send`.
        match state.load(Acquire) {
            EMPTY | AWAITED => None,
            FULL => {
                // Relaxed: nobody but this end looks at the state from now on.
                state.store(OVER, Relaxed);
                // SAFETY: the state was `FULL`, so the value is there, and ours. `OVER` keeps it from
                // being taken again.
                Some(Ok(unsafe { (*value.get()).assume_init_read() }))
            }
            _ => Some(Err(Disconnected)),
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let state = &self.shared.state;
        // Both fail after a `send`, and where the receiver has gone. Relaxed: there is no value to
        // hand over, and none to take back.
        if state.compare_exchange(EMPTY, OVER, Relaxed, Relaxed).is_err()
            && state.compare_exchange(AWAITED, OVER, Relaxed, Relaxed).is_ok()
        {
            futex_wake(state, 1);
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        // Acquire pairs with the Release in `send`: the value that nobody took is ours to drop.
        if self.shared.state.swap(DEAF, Acquire) == FULL {
            // SAFETY: the state was `FULL`, so the value is there, and nobody has taken it.
            unsafe { (*self.shared.value.get()).assume_init_drop() };
        }
    }
}
