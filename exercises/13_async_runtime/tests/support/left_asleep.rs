//! A future that leaves its thread asleep for a while, and sees what the thread does meanwhile.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::task::Poll::{Pending, Ready};
use std::task::Waker;
use std::thread;
use std::time::Duration;

use grade::asleep::Thread;
use grade::cpu::{Mark, Spent};

/// The thread is left asleep for so long.
const NAP: Duration = Duration::from_millis(300);

/// So much time on a processor is too much for a thread that is asleep, and so many sleeps are too many.
const TOO_MUCH: Duration = Duration::from_millis(100);
const TOO_OFTEN: u64 = 10;

/// Waits for two wake-ups: one, or several, in its first poll, and one that comes after the nap.
#[derive(Default)]
pub struct LeftAsleep {
    polls: Cell<usize>,
    seen: Arc<OnceLock<Seen>>,
}

/// What the thread has done between its two wake-ups.
struct Seen {
    fell_asleep: bool,
    meanwhile: Spent,
}

impl LeftAsleep {
    /// Its first poll wakes the task so many times. Its second lets another thread wait until this one is
    /// asleep, leave it so for a while, and wake the task then. It is ready after that.
    pub fn after(self: &Rc<Self>, wakes: usize) -> impl Future<Output = ()> + 'static {
        let this = self.clone();
        poll_fn(move |context| {
            this.polls.set(this.polls() + 1);
            match this.polls() {
                1 => (0..wakes).for_each(|_| context.waker().wake_by_ref()),
                2 => this.wake_after_the_nap(context.waker().clone()),
                _ if this.seen.get().is_some() => return Ready(()),
                _ => {}
            }
            Pending
        })
    }

    fn wake_after_the_nap(&self, waker: Waker) {
        let (sleeper, seen) = (Thread::current(), self.seen.clone());
        thread::spawn(move || {
            let fell_asleep = sleeper.has_fallen_asleep();
            let mark = Mark::set();
            thread::sleep(NAP);
            seen.get_or_init(|| Seen { fell_asleep, meanwhile: mark.spent() });
            waker.wake();
        });
    }

    /// How often it was polled.
    pub fn polls(&self) -> usize {
        self.polls.get()
    }

    /// Fails unless the thread has slept, and done nothing else, while there was nobody to poll.
    #[track_caller]
    pub fn assert_asleep(&self) {
        let seen = self.seen.get().expect("the future is ready");
        let Spent { time, sleeps } = seen.meanwhile;
        assert!(
            seen.fell_asleep && time < TOO_MUCH,
            "nobody was woken for {NAP:?}, and the thread did not sleep: it was on a processor for {time:?}"
        );
        assert!(
            sleeps < TOO_OFTEN,
            "nobody was woken for {NAP:?}, and the thread went to sleep {sleeps} times meanwhile"
        );
    }
}
