//! Exercise 5.3: `monitors::e3_bounded_buffer`, in the model, and on threads of the system.

use std::cell::Cell;
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::time::Duration;

use model::{Futex, Model, sync, thread};
use monitors::e3_bounded_buffer as real;
use sync::{Arc, Ordering::SeqCst};

#[cfg_attr(feature = "solution", path = "../../../solutions/05_monitors/e3_bounded_buffer.rs")]
#[cfg_attr(not(feature = "solution"), path = "../src/e3_bounded_buffer.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e3_bounded_buffer;
#[path = "../src/given.rs"]
mod given;

use e3_bounded_buffer::{BoundedBuffer, PopError, PushError};

type Buffer = Arc<BoundedBuffer<u32>>;

const SECOND: Duration = Duration::from_secs(1);
const YEARS: Duration = Duration::from_secs(1 << 40);

fn buffer(capacity: usize) -> Buffer {
    Arc::new(BoundedBuffer::new(NonZeroUsize::new(capacity).unwrap()))
}

fn beside<T: 'static>(
    buffer: &Buffer,
    job: impl FnOnce(&BoundedBuffer<u32>) -> T + 'static,
) -> thread::JoinHandle<T> {
    let buffer = buffer.clone();
    thread::spawn(move || job(&buffer))
}

/// Waits until so many waits have begun.
fn until_waits(waits: usize) {
    while model::calls().waits < waits {
        thread::yield_now();
    }
}

#[grade::test(hint = "at which end do items come in, and at which do they go out?")]
fn step1_items_come_out_in_the_order_in_which_they_went_in() {
    Model::new().check(|| {
        let buffer = buffer(2);
        assert_eq!(buffer.try_pop(), Err(PopError::Empty));
        assert_eq!(buffer.push(1), Ok(()));
        assert_eq!(buffer.try_push(2), Ok(()));
        assert_eq!(buffer.try_push(3), Err(PushError::Full(3)), "there is room for two");
        assert_eq!(buffer.pop(), Ok(1));
        assert_eq!(buffer.try_push(4), Ok(()), "there is room again");
        assert_eq!([buffer.try_pop(), buffer.pop()], [Ok(2), Ok(4)]);
        assert_eq!(buffer.try_pop(), Err(PopError::Empty));
    });
}

#[grade::test(hint = "how many items fit in, and what does an empty buffer need?")]
fn step1_as_many_items_fit_in_as_it_says() {
    for capacity in 1..=9 {
        Model::new().check(move || {
            let buffer = buffer(capacity);
            let items = (0..20).filter(|&item| buffer.try_push(item).is_ok());
            assert_eq!(items.count(), capacity, "items that fit in");
        });
    }
    Model::new().check(|| {
        let buffer = buffer(usize::MAX);
        assert_eq!(buffer.push(1), Ok(()), "a buffer without a limit needs no memory for it");
        assert_eq!(buffer.pop(), Ok(1));
    });
}

#[grade::test(hint = "does an attempt look at the buffer, or at its lock?")]
fn step1_an_attempt_fails_for_the_reason_it_names() {
    Model::new().preemptions(2).check(|| {
        let buffer = buffer(2);
        buffer.push(1).unwrap();
        let pusher = beside(&buffer, |buffer| buffer.try_push(2));
        assert_eq!(buffer.try_pop(), Ok(1), "there is an item");
        assert_eq!(pusher.join(), Ok(()), "there is room");
    });
}

#[grade::test(hint = "what does a push change for those who wait for an item?")]
fn step1_a_pop_waits_for_an_item() {
    Model::new().check(|| {
        let buffer = buffer(1);
        let popper = beside(&buffer, BoundedBuffer::pop);
        until_waits(1);
        assert_eq!(model::advance(YEARS), 0, "waits that end with the time");
        assert_eq!(buffer.push(7), Ok(()));
        assert_eq!(popper.join(), Ok(7));
    });
}

#[grade::test(hint = "what does a pop change for those who wait for room?")]
fn step1_a_push_waits_for_room() {
    Model::new().check(|| {
        let buffer = buffer(1);
        buffer.push(1).unwrap();
        let pusher = beside(&buffer, |buffer| buffer.push(2));
        until_waits(1);
        assert_eq!(model::advance(YEARS), 0, "waits that end with the time");
        assert_eq!(buffer.pop(), Ok(1));
        assert_eq!(pusher.join(), Ok(()));
        assert_eq!(buffer.try_pop(), Ok(2));
    });
}

#[grade::test(timeout_ms = 20_000, hint = "what does the return of a wait say about the buffer?")]
fn step2_a_wait_that_ends_for_no_reason_changes_nothing() {
    let restless = Model::new().futex(Futex::Spurious).preemptions(3);
    restless.check(|| {
        let buffer = buffer(1);
        let popper = beside(&buffer, |buffer| [buffer.pop(), buffer.pop()]);
        assert_eq!([buffer.push(1), buffer.push(2)], [Ok(()), Ok(())]);
        assert_eq!(popper.join(), [Ok(1), Ok(2)]);
    });
    restless.check(|| {
        let buffer = buffer(1);
        let popper = beside(&buffer, |buffer| buffer.pop_timeout(SECOND));
        let pusher = beside(&buffer, |buffer| buffer.push_timeout(1, SECOND));
        assert_eq!((popper.join(), pusher.join()), (Ok(1), Ok(())), "the clock stands still");
    });
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "whom does each notification wake, and can that one go on?"
)]
fn step2_nobody_who_could_go_on_sleeps() {
    // One pusher and two poppers, two pushers and one popper, and two of each.
    Model::new().preemptions(2).check(|| {
        let buffer = buffer(1);
        let poppers = [beside(&buffer, BoundedBuffer::pop), beside(&buffer, BoundedBuffer::pop)];
        assert_eq!([buffer.push(1), buffer.push(2)], [Ok(()), Ok(())]);
        let mut popped = poppers.map(|popper| popper.join().unwrap());
        popped.sort_unstable();
        assert_eq!(popped, [1, 2], "each item comes out once");
    });
    Model::new().preemptions(2).check(|| {
        let buffer = buffer(1);
        let pushers = [1, 2].map(|item| beside(&buffer, move |buffer| buffer.push(item)));
        let mut popped = [buffer.pop().unwrap(), buffer.pop().unwrap()];
        popped.sort_unstable();
        assert_eq!(popped, [1, 2], "each item comes out once");
        assert_eq!(pushers.map(thread::JoinHandle::join), [Ok(()), Ok(())]);
    });
    Model::new().preemptions(1).check(|| {
        let buffer = buffer(1);
        let poppers = [beside(&buffer, BoundedBuffer::pop), beside(&buffer, BoundedBuffer::pop)];
        let pusher = beside(&buffer, |buffer| buffer.push(1));
        assert_eq!(buffer.push(2), Ok(()));
        assert_eq!(pusher.join(), Ok(()));
        let mut popped = poppers.map(|popper| popper.join().unwrap());
        popped.sort_unstable();
        assert_eq!(popped, [1, 2], "each item comes out once");
    });
}

#[grade::test(timeout_ms = 20_000, hint = "does a second item wake a second thread?")]
fn step2_as_many_go_on_as_can() {
    Model::new().preemptions(1).check(|| {
        let buffer = buffer(2);
        let poppers = [beside(&buffer, BoundedBuffer::pop), beside(&buffer, BoundedBuffer::pop)];
        until_waits(2);
        assert_eq!([buffer.push(1), buffer.push(2)], [Ok(()), Ok(())]);
        assert!(poppers.map(thread::JoinHandle::join).iter().all(Result::is_ok));
    });
    Model::new().preemptions(1).check(|| {
        let buffer = buffer(2);
        assert_eq!([buffer.push(1), buffer.push(2)], [Ok(()), Ok(())]);
        let pushers = [3, 4].map(|item| beside(&buffer, move |buffer| buffer.push(item)));
        until_waits(2);
        assert_eq!([buffer.pop(), buffer.pop()], [Ok(1), Ok(2)]);
        assert_eq!(pushers.map(thread::JoinHandle::join), [Ok(()), Ok(())]);
    });
}

#[grade::test(timeout_ms = 20_000, hint = "who waits for something that will never come?")]
fn step3_a_close_ends_every_wait() {
    Model::new().preemptions(2).check(|| {
        let buffer = buffer(1);
        let poppers = [beside(&buffer, BoundedBuffer::pop), beside(&buffer, BoundedBuffer::pop)];
        buffer.close();
        assert_eq!(poppers.map(thread::JoinHandle::join), [Err(PopError::Closed); 2]);
    });
    Model::new().preemptions(2).check(|| {
        let buffer = buffer(1);
        buffer.push(0).unwrap();
        let pushers = [1, 2].map(|item| beside(&buffer, move |buffer| buffer.push(item)));
        buffer.close();
        let results = pushers.map(thread::JoinHandle::join);
        assert_eq!(results, [1, 2].map(|item| Err(PushError::Closed(item))), "the items come back");
        assert_eq!([buffer.pop(), buffer.pop()], [Ok(0), Err(PopError::Closed)], "what was left");
    });
    Model::new().preemptions(2).check(|| {
        let buffer = buffer(1);
        let closer = beside(&buffer, BoundedBuffer::close);
        assert_eq!(buffer.pop(), Err(PopError::Closed), "between the look and the sleep it closed");
        closer.join();
    });
}

#[grade::test(hint = "what may still be done with a closed buffer?")]
fn step3_a_closed_buffer_gives_what_is_left() {
    Model::new().check(|| {
        let buffer = buffer(2);
        buffer.push(1).unwrap();
        buffer.push(2).unwrap();
        buffer.close();
        assert_eq!(buffer.push(3), Err(PushError::Closed(3)));
        assert_eq!(buffer.try_push(3), Err(PushError::Closed(3)), "closed comes before full");
        assert_eq!(buffer.push_timeout(3, SECOND), Err(PushError::Closed(3)));
        assert_eq!([buffer.pop(), buffer.pop_timeout(SECOND)], [Ok(1), Ok(2)]);
        assert_eq!(buffer.pop(), Err(PopError::Closed));
        assert_eq!(buffer.try_pop(), Err(PopError::Closed), "closed comes before empty");
        assert_eq!(buffer.pop_timeout(SECOND), Err(PopError::Closed));
        buffer.close();
        assert_eq!(buffer.try_push(3), Err(PushError::Closed(3)), "still closed");
    });
}

type Push = fn(&BoundedBuffer<u32>, u32) -> Result<(), PushError<u32>>;
type Pop = fn(&BoundedBuffer<u32>) -> Result<u32, PopError>;

const PUSHES: [Push; 3] = [
    BoundedBuffer::push,
    |buffer, item| buffer.push_timeout(item, SECOND),
    BoundedBuffer::try_push,
];
const POPS: [Pop; 3] =
    [BoundedBuffer::pop, |buffer| buffer.pop_timeout(SECOND), BoundedBuffer::try_pop];

#[grade::test(timeout_ms = 20_000, hint = "who tells those who wait?")]
fn step4_each_kind_of_push_and_pop_wakes_each_kind_of_waiter() {
    for push in PUSHES {
        for pop in &POPS[..2] {
            Model::new().preemptions(1).check(move || {
                let buffer = buffer(1);
                let popper = beside(&buffer, pop);
                until_waits(1);
                assert_eq!(push(&buffer, 7), Ok(()));
                assert_eq!(popper.join(), Ok(7));
            });
        }
    }
    for pop in POPS {
        for push in &PUSHES[..2] {
            Model::new().preemptions(1).check(move || {
                let buffer = buffer(1);
                buffer.push(1).unwrap();
                let pusher = beside(&buffer, |buffer| push(buffer, 2));
                until_waits(1);
                assert_eq!(pop(&buffer), Ok(1));
                assert_eq!(pusher.join(), Ok(()));
            });
        }
    }
}

#[grade::test(timeout_ms = 20_000, hint = "may a wait that ended for no reason be the last one?")]
fn step4_each_wait_that_ends_too_early_begins_again() {
    let restless = Model::new().futex(Futex::Spurious).preemptions(1);
    for pop in &POPS[..2] {
        restless.check(move || {
            let buffer = buffer(1);
            let popper = beside(&buffer, pop);
            until_waits(3);
            buffer.push(7).unwrap();
            assert_eq!(popper.join(), Ok(7));
        });
    }
    for push in &PUSHES[..2] {
        restless.check(move || {
            let buffer = buffer(1);
            buffer.push(1).unwrap();
            let pusher = beside(&buffer, |buffer| push(buffer, 2));
            until_waits(3);
            assert_eq!(buffer.pop(), Ok(1));
            assert_eq!(pusher.join(), Ok(()));
        });
    }
}

#[grade::test(timeout_ms = 20_000, hint = "when is the time out, and what then?")]
fn step4_a_wait_ends_when_its_time_is_out() {
    Model::new().preemptions(3).check(|| {
        let buffer = buffer(1);
        let popper = beside(&buffer, |buffer| buffer.pop_timeout(10 * SECOND));
        until_waits(1);
        assert_eq!(model::advance(9 * SECOND), 0, "waits that end in the tenth second");
        while model::advance(SECOND) == 0 {
            thread::yield_now();
        }
        assert_eq!(popper.join(), Err(PopError::TimedOut));

        buffer.push(0).unwrap();
        let pusher = beside(&buffer, |buffer| buffer.push_timeout(1, 10 * SECOND));
        until_waits(2);
        while model::advance(10 * SECOND) == 0 {
            thread::yield_now();
        }
        assert_eq!(pusher.join(), Err(PushError::TimedOut(1)), "the item comes back");
        assert_eq!([buffer.pop(), buffer.try_pop()], [Ok(0), Err(PopError::Empty)]);
    });
}

#[grade::test(timeout_ms = 20_000, hint = "how long is the second wait of the same call?")]
fn step4_a_wait_that_begins_again_has_no_more_time() {
    Model::new().preemptions(2).check(|| {
        let buffer = buffer(1);
        let popper = timed(&buffer, |buffer| buffer.pop_timeout(10 * SECOND));
        until_waits(1);
        model::advance(9 * SECOND);
        // An item comes, and is gone again, perhaps before the popper gets to it.
        buffer.push(1).unwrap();
        let back = buffer.try_pop();
        popper.until_it_waits_again_or_ends();
        model::advance(2 * SECOND);
        let expected = if back.is_ok() { Err(PopError::TimedOut) } else { Ok(1) };
        assert_eq!(popper.thread.join(), expected, "what `pop_timeout` returns after 11 of 10 s");
    });
    Model::new().preemptions(2).check(|| {
        let buffer = buffer(1);
        buffer.push(0).unwrap();
        let pusher = timed(&buffer, |buffer| buffer.push_timeout(1, 10 * SECOND));
        until_waits(1);
        model::advance(9 * SECOND);
        // Room comes, and is gone again, perhaps before the pusher gets to it.
        buffer.pop().unwrap();
        let filled = buffer.try_push(2);
        pusher.until_it_waits_again_or_ends();
        model::advance(2 * SECOND);
        let expected = if filled.is_ok() { Err(PushError::TimedOut(1)) } else { Ok(()) };
        assert_eq!(pusher.thread.join(), expected, "what `push_timeout` returns after 11 of 10 s");
    });
}

/// A thread that is in a call with a time-out.
struct Timed<T> {
    thread: thread::JoinHandle<T>,
    has_ended: Arc<sync::AtomicBool>,
}

fn timed<T: 'static>(
    buffer: &Buffer,
    job: impl FnOnce(&BoundedBuffer<u32>) -> T + 'static,
) -> Timed<T> {
    let has_ended = Arc::new(sync::AtomicBool::new(false));
    let thread = beside(buffer, {
        let has_ended = has_ended.clone();
        move |buffer| {
            let result = job(buffer);
            has_ended.store(true, SeqCst);
            result
        }
    });
    Timed { thread, has_ended }
}

impl<T> Timed<T> {
    fn until_it_waits_again_or_ends(&self) {
        while model::calls().waits < 2 && !self.has_ended.load(SeqCst) {
            thread::yield_now();
        }
    }
}

#[grade::test(timeout_ms = 20_000, hint = "what is the longest, and what the shortest time?")]
fn step4_no_time_and_all_the_time() {
    Model::new().preemptions(2).check(|| {
        let buffer = buffer(1);
        assert_eq!(buffer.pop_timeout(Duration::ZERO), Err(PopError::TimedOut));
        assert_eq!(buffer.push_timeout(1, Duration::ZERO), Ok(()), "there is room");
        assert_eq!(buffer.push_timeout(2, Duration::ZERO), Err(PushError::TimedOut(2)));
        assert_eq!(buffer.pop_timeout(Duration::ZERO), Ok(1), "there is an item");

        let queue = self::buffer(2);
        queue.push(1).unwrap();
        queue.push_timeout(2, SECOND).unwrap();
        assert_eq!([queue.pop_timeout(SECOND), queue.pop()], [Ok(1), Ok(2)], "in this order");
        let popper = beside(&buffer, |buffer| buffer.pop_timeout(Duration::MAX));
        until_waits(1);
        assert_eq!(model::advance(YEARS), 0, "waits that end long before their time");
        assert_eq!(buffer.push_timeout(3, Duration::MAX), Ok(()));
        assert_eq!(popper.join(), Ok(3));
        buffer.push(4).unwrap();
        let pusher = beside(&buffer, |buffer| buffer.push_timeout(5, Duration::MAX));
        until_waits(2);
        assert_eq!(model::advance(YEARS), 0, "waits that end long before their time");
        assert_eq!([buffer.pop(), buffer.pop()], [Ok(4), Ok(5)]);
        assert_eq!(pusher.join(), Ok(()));
    });
    let buffer = real::BoundedBuffer::new(NonZeroUsize::MIN);
    assert_eq!(buffer.push_timeout(1, Duration::MAX), Ok(()), "by the clock of the system");
    assert_eq!(buffer.pop_timeout(Duration::MAX), Ok(1), "by the clock of the system");
}

#[grade::test(timeout_ms = 20_000, hint = "does it hold on threads of the system, too?")]
fn step4_every_item_comes_out_once_on_threads_of_the_system() {
    const PAIRS: u64 = 3;
    const ITEMS: u64 = 1_000;
    assert!(grade::impls!(real::BoundedBuffer<Cell<u8>>: Sync), "one thread at a time has an item");
    assert!(!grade::impls!(real::BoundedBuffer<Rc<u8>>: Sync), "an Rc must stay on its thread");
    let buffer = real::BoundedBuffer::new(NonZeroUsize::MIN);
    let sum: u64 = std::thread::scope(|scope| {
        let poppers: Vec<_> = (0..PAIRS)
            .map(|_| scope.spawn(|| std::iter::from_fn(|| buffer.pop().ok()).sum::<u64>()))
            .collect();
        let pushers: Vec<_> = (0..PAIRS)
            .map(|_| scope.spawn(|| (0..ITEMS).for_each(|item| buffer.push(item).unwrap())))
            .collect();
        pushers.into_iter().for_each(|pusher| pusher.join().unwrap());
        buffer.close();
        poppers.into_iter().map(|popper| popper.join().unwrap()).sum()
    });
    assert_eq!(sum, PAIRS * ITEMS * (ITEMS - 1) / 2, "the sum of all items");
}
