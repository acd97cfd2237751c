//! A channel for one value, between two ends of which either may vanish at any time.

use std::mem::MaybeUninit;

use crate::sync::{Arc, AtomicU32, UnsafeCell};

/// What the two ends share.
struct Shared<T> {
    state: AtomicU32,
    value: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: yours to uphold: one end at a time uses the value, and it goes from one to the other.
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

/// A channel for one value. Where nobody receives the value, it is dropped: once.
pub fn oneshot<T: Send>() -> (Sender<T>, Receiver<T>) {
    let value = UnsafeCell::new(MaybeUninit::uninit());
    let shared = Arc::new(Shared { state: AtomicU32::new(0), value });
    (Sender { shared: shared.clone() }, Receiver { shared })
}

impl<T> Sender<T> {
    /// Sends the value; never waits. Where the receiver has gone, the value comes back. Makes a system
    /// call only where the receiver may sleep.
    pub fn send(self, value: T) -> Result<(), T> {
        // TODO: list the states, and who may go from which to which.
        todo!("{:?}: write {} bytes", self.shared.state, size_of_val(&value))
    }
}

impl<T> Receiver<T> {
    /// Waits for the value, asleep.
    pub fn recv(self) -> Result<T, Disconnected> {
        todo!("{:?}: wait for {:?}", self.shared.state, self.shared.value)
    }

    /// The value, if it has come; `None` if it may still come. Never waits.
    pub fn try_recv(&mut self) -> Option<Result<T, Disconnected>> {
        todo!("{:?}: take {:?}", self.shared.state, self.shared.value)
    }
}

// TODO: an end that is dropped tells the other; the receiver drops a value that it never took.
