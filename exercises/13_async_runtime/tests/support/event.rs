//! What a task of a model waits for: one or two things that other threads set.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use model::sync::{AtomicBool, Mutex, Ordering};
use model::thread::{self, JoinHandle};

/// Two flags, and the waker of the task that waits for them.
pub struct Event {
    set: [AtomicBool; 2],
    /// All that it has ever got, the newest last. The model does not know the counts of std's `Arc`; so what
    /// wakers own goes with the event, when the threads have ended.
    wakers: Mutex<Vec<Waker>>,
    store: Ordering,
    load: Ordering,
}

/// Ready when the first so many flags are set.
pub struct Wait {
    event: Arc<Event>,
    flags: usize,
    /// The waker that the event has. Where it is still the right one, a poll touches nothing but the
    /// flags: then the wake-up alone orders them.
    known: Option<Waker>,
}

impl Event {
    /// Nothing is set. The flags are stored and loaded with these orderings.
    pub fn new([store, load]: [Ordering; 2]) -> Arc<Event> {
        let set = [false, false].map(AtomicBool::new);
        Arc::new(Event { set, wakers: Mutex::new(Vec::new()), store, load })
    }

    /// The same, and a thread for each of these flags, which sets it.
    pub fn set_by_threads<const N: usize>(
        orderings: [Ordering; 2],
        flags: [usize; N],
    ) -> (Arc<Event>, [JoinHandle<()>; N]) {
        let event = Event::new(orderings);
        let threads = flags.map(|flag| {
            let event = event.clone();
            thread::spawn(move || event.set(flag))
        });
        (event, threads)
    }

    /// Sets a flag, and wakes who waits.
    pub fn set(&self, flag: usize) {
        self.set[flag].store(true, self.store);
        if let Some(waker) = self.waker() {
            // Both ways to wake are heard.
            if flag == 0 {
                waker.wake();
            } else {
                waker.wake_by_ref();
            }
        }
    }

    /// The waker of who waits, or waited.
    pub fn waker(&self) -> Option<Waker> {
        self.wakers.lock().expect("it is never poisoned").last().cloned()
    }

    /// Waits for the first so many flags.
    pub fn wait(self: &Arc<Event>, flags: usize) -> Wait {
        Wait { event: self.clone(), flags, known: None }
    }
}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if !self.known.as_ref().is_some_and(|known| known.will_wake(cx.waker())) {
            self.known = Some(cx.waker().clone());
            let mut wakers = self.event.wakers.lock().expect("it is never poisoned");
            wakers.push(cx.waker().clone());
        }
        let is_set = |flag: &AtomicBool| flag.load(self.event.load);
        if self.event.set[..self.flags].iter().all(is_set) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

/// Waits until these threads have ended.
pub fn join_all<const N: usize>(threads: [JoinHandle<()>; N]) {
    threads.into_iter().for_each(JoinHandle::join);
}
