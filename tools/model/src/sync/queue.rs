//! Those who sleep, in the order of their arrival.

use std::cell::Cell;
use std::time::Duration;

use loom::sync::{Condvar, Mutex, MutexGuard};

use crate::clock;

thread_local! {
    /// Numbers the sleepers.
    static NEXT: Cell<u64> = const { Cell::new(0) };
    static NEWEST_FIRST: Cell<bool> = const { Cell::new(false) };
}

pub(crate) fn set_newest_first(newest: bool) {
    NEWEST_FIRST.set(newest);
}

/// One who sleeps.
struct Sleeper {
    number: u64,
    /// What it sleeps on: an address.
    on: usize,
    deadline: Option<Duration>,
}

/// What the queue keeps.
#[derive(Default)]
pub(super) struct Sleepers {
    asleep: Vec<Sleeper>,
    /// The numbers of those whose time has run out, and who do not know yet.
    expired: Vec<u64>,
    /// The numbers of the threads that were unparked while they were awake.
    tokens: Vec<usize>,
}

impl Sleepers {
    /// Makes the next park of a thread return at once.
    pub(super) fn leave_token(&mut self, thread: usize) {
        if !self.tokens.contains(&thread) {
            self.tokens.push(thread);
        }
    }

    /// Takes that away; returns whether it was there.
    pub(super) fn take_token(&mut self, thread: usize) -> bool {
        let before = self.tokens.len();
        self.tokens.retain(|&token| token != thread);
        self.tokens.len() < before
    }
}

loom::lazy_static! {
    static ref QUEUE: (Mutex<Sleepers>, Condvar) = (Mutex::new(Sleepers::default()), Condvar::new());
}

/// Locks the queue, as the kernel locks the bucket of a futex.
pub(super) fn lock() -> MutexGuard<'static, Sleepers> {
    QUEUE.0.lock().expect("no model goes on after a panic")
}

/// Sleeps on an address, and gives the lock of the queue back meanwhile. Returns whether the time ran
/// out.
pub(super) fn sleep(
    mut sleepers: MutexGuard<'static, Sleepers>,
    on: usize,
    timeout: Option<Duration>,
    when_queued: impl FnOnce(),
) -> bool {
    let number = NEXT.replace(NEXT.get() + 1);
    let deadline = timeout.and_then(|timeout| clock::now().checked_add(timeout));
    sleepers.asleep.push(Sleeper { number, on, deadline });
    when_queued();
    while sleepers.asleep.iter().any(|sleeper| sleeper.number == number) {
        sleepers = QUEUE.1.wait(sleepers).expect("no model goes on after a panic");
    }
    let before = sleepers.expired.len();
    sleepers.expired.retain(|&expired| expired != number);
    sleepers.expired.len() < before
}

/// Wakes at most `most` of those who sleep on an address. Returns how many.
pub(super) fn wake(on: usize, most: u32) -> usize {
    wake_in(&mut lock(), on, most)
}

/// As [`wake`], with the lock in hand.
pub(super) fn wake_in(sleepers: &mut Sleepers, on: usize, most: u32) -> usize {
    let before = sleepers.asleep.len();
    let mut left = most;
    let mut stays = |sleeper: &Sleeper| {
        let is_meant = sleeper.on == on && left > 0;
        left -= u32::from(is_meant);
        !is_meant
    };
    if NEWEST_FIRST.get() {
        sleepers.asleep.reverse();
        sleepers.asleep.retain(&mut stays);
        sleepers.asleep.reverse();
    } else {
        sleepers.asleep.retain(&mut stays);
    }
    QUEUE.1.notify_all();
    before - sleepers.asleep.len()
}

/// Wakes those whose time is out. Returns how many.
pub(crate) fn wake_expired() -> usize {
    let mut sleepers = lock();
    let now = clock::now();
    let is_over = |sleeper: &Sleeper| sleeper.deadline.is_some_and(|deadline| deadline <= now);
    let (over, asleep) = std::mem::take(&mut sleepers.asleep).into_iter().partition(is_over);
    let over: Vec<Sleeper> = over;
    sleepers.asleep = asleep;
    sleepers.expired.extend(over.iter().map(|sleeper| sleeper.number));
    QUEUE.1.notify_all();
    over.len()
}
