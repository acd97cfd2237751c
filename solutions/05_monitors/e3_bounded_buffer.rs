//! Two conditions, two condition variables: who makes room tells those who wait for room, who brings an
//! item those who wait for one. The tempting mistake is one condition variable and `notify_one`: it may
//! wake somebody who cannot go on, and the one who could sleeps on.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::sync::{Condvar, Instant, Mutex, MutexGuard};

pub use crate::given::{PopError, PushError};

/// A queue of at most so many items, between any number of threads.
pub struct BoundedBuffer<T> {
    capacity: usize,
    state: Mutex<State<T>>,
    item_came: Condvar,
    room_came: Condvar,
}

struct State<T> {
    items: VecDeque<T>,
    is_closed: bool,
}

/// How long to wait.
#[derive(Clone, Copy)]
enum Patience {
    /// Without end, also where the end would be beyond the end of time.
    Endless,
    Until(Instant),
}

impl Patience {
    fn of(timeout: Duration) -> Patience {
        Instant::now().checked_add(timeout).map_or(Patience::Endless, Patience::Until)
    }
}

impl<T> BoundedBuffer<T> {
    /// An empty buffer.
    pub fn new(capacity: NonZeroUsize) -> BoundedBuffer<T> {
        BoundedBuffer {
            capacity: capacity.get(),
            state: Mutex::new(State { items: VecDeque::new(), is_closed: false }),
            item_came: Condvar::new(),
            room_came: Condvar::new(),
        }
    }

    /// Puts an item at the end; waits for room.
    pub fn push(&self, item: T) -> Result<(), PushError<T>> {
        self.push_within(item, Patience::Endless)
    }

    /// As `push`, and never waits.
    pub fn try_push(&self, item: T) -> Result<(), PushError<T>> {
        let state = self.lock();
        if !state.is_closed && state.items.len() == self.capacity {
            return Err(PushError::Full(item));
        }
        self.put(state, item)
    }

    /// As `push`, and gives up when `timeout` is over; it may be zero, or `Duration::MAX`.
    pub fn push_timeout(&self, item: T, timeout: Duration) -> Result<(), PushError<T>> {
        self.push_within(item, Patience::of(timeout))
    }

    /// Takes the first item; waits for one.
    pub fn pop(&self) -> Result<T, PopError> {
        self.pop_within(Patience::Endless)
    }

    /// As `pop`, and never waits.
    pub fn try_pop(&self) -> Result<T, PopError> {
        let state = self.lock();
        self.take(state, PopError::Empty)
    }

    /// As `pop`, and gives up when `timeout` is over; it may be zero, or `Duration::MAX`.
    pub fn pop_timeout(&self, timeout: Duration) -> Result<T, PopError> {
        self.pop_within(Patience::of(timeout))
    }

    /// Lets no item in any more: who pushes fails, who pops gets what is left, and fails then.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.item_came.notify_all();
        self.room_came.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().expect("nothing panics with the lock")
    }

    fn push_within(&self, item: T, patience: Patience) -> Result<(), PushError<T>> {
        let is_full = |state: &State<T>| !state.is_closed && state.items.len() == self.capacity;
        let state = wait_while(&self.room_came, self.lock(), patience, is_full);
        if is_full(&state) {
            return Err(PushError::TimedOut(item));
        }
        self.put(state, item)
    }

    /// Puts an item in, where there is room or the buffer is closed.
    fn put(&self, mut state: MutexGuard<'_, State<T>>, item: T) -> Result<(), PushError<T>> {
        if state.is_closed {
            return Err(PushError::Closed(item));
        }
        state.items.push_back(item);
        drop(state);
        // One item, one popper; and only poppers wait for items.
        self.item_came.notify_one();
        Ok(())
    }

    fn pop_within(&self, patience: Patience) -> Result<T, PopError> {
        let is_empty = |state: &State<T>| !state.is_closed && state.items.is_empty();
        let state = wait_while(&self.item_came, self.lock(), patience, is_empty);
        self.take(state, PopError::TimedOut)
    }

    /// Takes the first item; where there is none and some may come, the error is `otherwise`.
    fn take(
        &self,
        mut state: MutexGuard<'_, State<T>>,
        otherwise: PopError,
    ) -> Result<T, PopError> {
        let Some(item) = state.items.pop_front() else {
            return Err(if state.is_closed { PopError::Closed } else { otherwise });
        };
        drop(state);
        self.room_came.notify_one();
        Ok(item)
    }
}

/// Waits while `condition` holds, and not beyond the end of patience.
fn wait_while<'a, T>(
    changed: &Condvar,
    mut state: MutexGuard<'a, State<T>>,
    patience: Patience,
    condition: impl Fn(&State<T>) -> bool,
) -> MutexGuard<'a, State<T>> {
    while condition(&state) {
        state = match patience {
            Patience::Endless => changed.wait(state).expect("nothing panics with the lock"),
            Patience::Until(end) => {
                // What is left of the time, not all of it anew.
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                changed.wait_timeout(state, left).expect("nothing panics with the lock").0
            }
        };
    }
    state
}
