//! Exercise 4.4: `threads::e4_cancel_and_progress`.

#[path = "support/gated.rs"]
mod gated;
#[path = "support/moments.rs"]
mod moments;
#[path = "support/tasks.rs"]
mod tasks;

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use gated::{Gated, LONG};
use grade::cpu::{Mark, Spent};
use moments::Whose;
use nix::unistd::{Pid, gettid};
use threads::e4_cancel_and_progress::{End, Worker};

/// A thread of a test, which can be waited for in two ways.
struct Beside<'scope, T> {
    id: Arc<AtomicI32>,
    thread: ScopedJoinHandle<'scope, T>,
}

impl<'scope, T: Send + 'scope> Beside<'scope, T> {
    fn start(
        scope: &'scope thread::Scope<'scope, '_>,
        job: impl FnOnce() -> T + Send + 'scope,
    ) -> Beside<'scope, T> {
        let id = Arc::new(AtomicI32::new(0));
        let thread = scope.spawn({
            let id = id.clone();
            move || {
                id.store(gettid().as_raw(), SeqCst);
                job()
            }
        });
        Beside { id, thread }
    }

    /// Waits until it sleeps in its job, or has ended.
    fn sleeps(&self) {
        while self.id.load(SeqCst) == 0 {
            thread::yield_now();
        }
        let id = Pid::from_raw(self.id.load(SeqCst));
        tasks::gone_and_asleep(id, id, || self.thread.is_finished());
    }

    fn ends_with(self) -> T {
        self.thread.join().unwrap()
    }
}

/// A wait of a second costs each thread that waits one sleep, and next to no time on a processor. One
/// sleep more may be none of its doing.
#[track_caller]
fn assert_cheap(spent: Spent, threads: u64) {
    assert!(
        spent.sleeps <= threads + 1 && spent.time < Duration::from_millis(100),
        "{threads} threads that waited for a second have cost {spent:?}: one sleep each is enough, \
         and no time"
    );
}

#[grade::test(hint = "which numbers does the closure get, and on which thread is it called?")]
fn step1_each_step_runs_once_and_in_order() {
    for steps in [0, 1, 5] {
        let caller = thread::current().id();
        let (tell, told) = mpsc::channel();
        let worker = Worker::start(steps, move |number, _| {
            tell.send((number, thread::current().id() != caller)).unwrap();
        });
        // It ends when the closure is dropped.
        let ran: Vec<_> = told.iter().collect();
        let wanted: Vec<_> = (0..steps).map(|number| (number, true)).collect();
        assert_eq!(ran, wanted, "the steps, and whether another thread ran them");
        assert_eq!(worker.cancel().unwrap(), End::Finished(steps), "all steps had run");
    }
}

#[grade::test(
    hint = "when is a step done? If the test does not end: what does the worker hold while a step \
            runs?"
)]
fn step1_progress_counts_the_steps_that_have_returned() {
    let mut gated = Gated::start(3);
    for number in 0..3 {
        assert_eq!(gated.begun(), Some(number));
        let progress = gated.worker().progress();
        assert_eq!(progress, number, "step {number} has begun and not returned");
        gated.open();
    }
    assert_eq!(gated.begun(), None, "no step is left");
    assert_eq!(gated.worker().progress(), 3, "all steps have returned");
    assert_eq!(gated.take().cancel().unwrap(), End::Finished(3));
}

#[grade::test(hint = "when does the worker look whether it is to go on?")]
fn step1_no_step_begins_after_a_cancel() {
    let mut gated = Gated::start(4);
    gated.pass(2);
    assert_eq!(gated.begun(), Some(2));
    let worker = gated.take();
    let (next, end) = thread::scope(|scope| {
        let canceller = Beside::start(scope, || worker.cancel());
        canceller.sleeps();
        gated.open();
        let next = gated.begun();
        gated.open();
        (next, canceller.ends_with())
    });
    assert_eq!(next, None, "the step that began after a cancel");
    assert_eq!(end.unwrap(), End::Cancelled(3), "step 2 was running, and runs to its end");
}

#[grade::test(hint = "must the first step run in any case?")]
fn step1_who_is_cancelled_at_once_does_nothing() {
    let ran = Arc::new(AtomicU64::new(0));
    let its_ran = ran.clone();
    moments::hold_the_next_thread();
    let worker = Worker::start(1_000, move |_, _| {
        its_ran.fetch_add(1, SeqCst);
    });
    let end = worker.cancel().unwrap();
    // A `start` that waits for its thread is right too, and there is nothing to see then.
    if moments::has_begun_after_a_join() {
        assert_eq!(end, End::Cancelled(0), "the thread began when it had been cancelled");
    }
    assert_eq!(ran.load(SeqCst), number(end), "steps that ran, and {end:?}");
}

fn number(end: End) -> u64 {
    match end {
        End::Finished(steps) | End::Cancelled(steps) => steps,
    }
}

#[grade::test(hint = "what decides: that somebody has cancelled, or how many steps are done?")]
fn step1_who_has_done_all_has_finished() {
    let mut gated = Gated::start(2);
    gated.pass(1);
    assert_eq!(gated.begun(), Some(1));
    let worker = gated.take();
    let end = thread::scope(|scope| {
        let canceller = Beside::start(scope, || worker.cancel());
        canceller.sleeps();
        gated.open();
        canceller.ends_with()
    });
    assert_eq!(end.unwrap(), End::Finished(2), "it was cancelled during the last step");

    for steps in (0..4).cycle().take(400) {
        let ran = Arc::new(AtomicU64::new(0));
        let worker = Worker::start(steps, {
            let ran = ran.clone();
            move |_, _| {
                ran.fetch_add(1, SeqCst);
            }
        });
        if steps == 3 {
            thread::yield_now();
        }
        let end = worker.cancel().unwrap();
        let ran = ran.load(SeqCst);
        let wanted = if ran == steps { End::Finished(ran) } else { End::Cancelled(ran) };
        assert_eq!(end, wanted, "{ran} of {steps} steps have run");
    }
}

#[grade::test(hint = "a sleep may end for no reason: how much of it is left, and who looks?")]
fn step2_a_sleep_lasts_as_long_as_it_should() {
    const NAP: Duration = Duration::from_millis(200);
    let (tell, told) = mpsc::channel();
    let worker = Worker::start(4, move |number, sleeper| {
        let (nap, start) = (if number == 0 { Duration::ZERO } else { NAP }, Instant::now());
        match number {
            2 => moments::end_the_next_sleep_of(Whose::Worker),
            3 => moments::end_all_sleeps_of(Whose::Worker, true),
            _ => {}
        }
        let slept = sleeper.sleep(nap);
        moments::end_all_sleeps_of(Whose::Worker, false);
        tell.send((slept, start.elapsed() >= nap)).unwrap();
    });
    let slept: Vec<_> = told.iter().collect();
    let wanted = (true, true);
    assert_eq!(
        slept, [wanted; 4],
        "what four sleeps returned, and whether they lasted long enough; this test ends the third \
         once and the fourth again and again, as a system may"
    );
    assert_eq!(worker.cancel().unwrap(), End::Finished(4));
}

#[grade::test(
    hint = "who wakes a thread that sleeps, and what does the next sleep find? How long is the \
            longest `Duration`?"
)]
fn step2_a_cancel_ends_a_sleep() {
    for nap in [LONG, Duration::from_secs(u64::MAX / 2), Duration::MAX] {
        let (tell, told) = mpsc::channel();
        let mut gated = Gated::with(1_000, move |_, sleeper| {
            // All but the first begin when the worker has been cancelled.
            for nap in [nap, nap, Duration::ZERO] {
                tell.send(sleeper.sleep(nap)).unwrap();
            }
        });
        gated.pass(1);
        gated.sleeps();
        let end = gated.take().cancel();
        assert_eq!(end.unwrap(), End::Cancelled(1), "the step that slept has returned");
        let slept: Vec<_> = told.iter().collect();
        assert_eq!(slept, [false; 3], "what the sleep returned, and those after it");
    }
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "a cancel may come between the look at what it changes and the sleep: what keeps the two \
            together?"
)]
fn step2_a_cancel_is_not_missed() {
    for nth in 1..=3 {
        let mut gated = Gated::with(1_000, move |_, sleeper| {
            sleeper.sleep(LONG);
        });
        assert_eq!(gated.begun(), Some(0));
        moments::hold_at_the_clock(Whose::Worker, nth);
        gated.open();
        moments::wait_until_held();
        let end = gated.take().cancel();
        assert_eq!(end.unwrap(), End::Cancelled(1), "it was about to sleep when it was cancelled");
    }
}

#[grade::test(hint = "what does a thread do while it waits: does it sleep, or does it look?")]
fn step2_a_sleep_is_one_sleep() {
    let (mut said, mut say) = io::pipe().unwrap();
    let mut gated = Gated::with(2, move |number, sleeper| {
        // The first finds all code in memory for the second.
        let slept = sleeper.sleep(Duration::from_secs(number));
        say.write_all(&[slept.into()]).unwrap();
    });
    gated.pass(1);
    said.read_exact(&mut [0]).unwrap();
    assert_eq!(gated.begun(), Some(1));
    let mark = Mark::set();
    gated.open();
    let mut slept = [0];
    said.read_exact(&mut slept).unwrap();
    assert_cheap(mark.spent(), 2);
    assert_eq!(slept, [1], "nobody has cancelled the worker");
    assert_eq!(gated.take().cancel().unwrap(), End::Finished(2));
}

#[grade::test(
    hint = "what is looked at first, the steps or the time? How long is the longest `Duration`?"
)]
fn step3_a_wait_ends_with_its_step_or_with_its_time() {
    const SHORT: Duration = Duration::from_millis(100);
    let mut gated = Gated::start(3);
    assert!(gated.worker().wait_for(0, Duration::ZERO), "no step must be done for 0");
    gated.pass(1);
    assert!(gated.worker().wait_for(1, Duration::MAX), "step 0 has its gate open");
    assert_eq!(gated.begun(), Some(1));
    for n in [0, 1] {
        assert!(gated.worker().wait_for(n, Duration::ZERO), "one step is done, and {n} wanted");
    }
    for n in [2, 3, u64::MAX] {
        assert!(!gated.worker().wait_for(n, Duration::ZERO), "one step is done, and {n} wanted");
    }
    let start = Instant::now();
    assert!(!gated.worker().wait_for(2, SHORT), "the second step waits at its gate");
    assert!(start.elapsed() >= SHORT, "the wait was over before its time");
    gated.open();
    assert!(gated.worker().wait_for(2, Duration::from_secs(u64::MAX / 2)));
    assert_eq!(gated.worker().progress(), 2, "the third step waits at its gate");
}

#[grade::test(hint = "how many are told, and what do they look at when they wake up?")]
fn step3_several_wait_for_the_same_steps_and_for_others() {
    let mut gated = Gated::start(1_000);
    assert_eq!(gated.begun(), Some(0));
    let (first, second) = (gated.opener(), gated.opener());
    let worker = gated.worker();
    let (early, late) = thread::scope(|scope| {
        let wait = |n| Beside::start(scope, move || worker.wait_for(n, Duration::MAX));
        let late = [2, 2].map(wait);
        late.iter().for_each(Beside::sleeps);
        let early = [1, 1, 1].map(wait);
        early.iter().for_each(Beside::sleeps);
        first();
        let early = early.map(Beside::ends_with);
        // They were told of the first step too, which was not theirs.
        late.iter().for_each(Beside::sleeps);
        second();
        (early, late.map(Beside::ends_with))
    });
    assert_eq!(early, [true; 3], "those who waited for one step");
    assert_eq!(late, [true; 2], "those who waited for two, and were told of the first before");
}

#[grade::test(
    hint = "whoever waits may be woken many times: how much of the timeout is left then?"
)]
fn step3_a_wait_that_is_woken_is_over_in_time() {
    let mut gated = Gated::start(2);
    assert_eq!(gated.begun(), Some(0));
    // A system may do so, and each step does so to those who wait for a later one.
    moments::end_all_sleeps_of(Whose::Test, true);
    let reached = gated.worker().wait_for(1, Duration::from_millis(200));
    moments::end_all_sleeps_of(Whose::Test, false);
    assert!(!reached, "the step waits at its gate");

    let worker = Worker::start(u64::MAX, |_, _| thread::yield_now());
    let reached = worker.wait_for(u64::MAX, Duration::from_millis(200));
    assert!(!reached, "so many steps take longer than anybody lives");
    assert!(worker.wait_for(worker.progress() + 2, LONG), "the worker goes on");
    let progress = [(); 50].map(|()| worker.progress());
    assert!(progress.is_sorted(), "progress goes back: {progress:?}");
    // Its steps are too many for a `drop` that only waits.
    worker.cancel().unwrap();
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "a step may be done between the look at the count and the sleep: what keeps the two \
            together?"
)]
fn step3_a_step_is_not_missed_before_the_sleep() {
    for nth in 1..=3 {
        let mut gated = Gated::start(2);
        assert_eq!(gated.begun(), Some(0));
        let open = gated.opener();
        let reached = thread::scope(|scope| {
            moments::hold_at_the_clock(Whose::Test, nth);
            scope.spawn(|| {
                moments::wait_until_held();
                open();
            });
            gated.worker().wait_for(1, LONG)
        });
        assert!(reached, "the step was done when the caller was about to sleep");
    }
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "what does the one who wakes up see: what was before the step, or after it?"
)]
fn step3_a_step_is_counted_before_it_is_told() {
    let mut gated = Gated::start(2);
    assert_eq!(gated.begun(), Some(0));
    let (open, caller) = (gated.opener(), gettid());
    let reached = thread::scope(|scope| {
        scope.spawn(|| {
            tasks::gone_and_asleep(caller, caller, || false);
            moments::hold_after_a_wake_up(Whose::Worker);
            open();
        });
        gated.worker().wait_for(1, LONG)
    });
    assert!(reached, "the worker is held right after it woke the caller");
}

#[grade::test(hint = "what does a thread do while it waits: does it sleep, or does it look?")]
fn step3_a_wait_is_one_sleep() {
    let mut gated = Gated::start(2);
    assert_eq!(gated.begun(), Some(0));
    // The first finds all code in memory for the second.
    gated.worker().wait_for(1, Duration::from_millis(1));
    let mark = Mark::set();
    let reached = gated.worker().wait_for(1, Duration::from_secs(1));
    assert_cheap(mark.spent(), 1);
    assert!(!reached, "the step waits at its gate");
}

#[grade::test(hint = "a wait has more than two ends: what if so many steps will never be done?")]
fn step3_the_end_of_the_worker_ends_all_waits() {
    let mut gated = Gated::start(2);
    gated.pass(1);
    assert_eq!(gated.begun(), Some(1));
    let open = gated.opener();
    let worker = gated.worker();
    let reached = thread::scope(|scope| {
        let wait = |n| Beside::start(scope, move || worker.wait_for(n, Duration::MAX));
        let waits = [2, 3, u64::MAX].map(wait);
        waits.iter().for_each(Beside::sleeps);
        // Those who wait for more than there is have time to go to sleep again.
        moments::hold_after_a_wake_up(Whose::Worker);
        open();
        waits.map(Beside::ends_with)
    });
    assert_eq!(reached, [true, false, false], "waits for 2 steps, 3 and more, where there are 2");
    assert!(!worker.wait_for(3, Duration::MAX), "the worker has ended before");
    assert!(worker.wait_for(2, Duration::ZERO), "two steps are done");
    assert_eq!(gated.take().cancel().unwrap(), End::Finished(2));
}

/// A worker of three steps whose step 1 panics with the number 42.
fn panics_in_step_1() -> Gated {
    Gated::with(3, |number, _| {
        if number == 1 {
            panic_any(42_u8);
        }
    })
}

#[grade::test(
    timeout_ms = 10_000,
    panics_ok = true,
    hint = "what does `join` return for a thread that has panicked?"
)]
fn step4_a_panic_comes_to_who_cancels() {
    let mut gated = panics_in_step_1();
    gated.pass(2);
    assert_eq!(gated.begun(), None, "the step after a panic");
    assert_eq!(gated.worker().progress(), 1, "a step that panicked has not returned");
    let payload = gated.take().cancel().expect_err("a step has panicked");
    assert_eq!(payload.downcast_ref(), Some(&42_u8), "the payload of the panic");

    // The panic may also come after the cancel.
    let mut gated = Gated::with(3, |_, sleeper| {
        assert!(sleeper.sleep(LONG), "woken up");
    });
    gated.pass(1);
    let payload = gated.take().cancel().expect_err("the step has panicked");
    assert_eq!(payload.downcast_ref(), Some(&"woken up"), "the payload of the panic");
}

#[grade::test(
    timeout_ms = 10_000,
    panics_ok = true,
    hint = "a panic leaves a closure past all lines that follow: what runs in any case?"
)]
fn step4_a_panic_ends_all_waits() {
    let mut gated = panics_in_step_1();
    gated.pass(1);
    assert_eq!(gated.begun(), Some(1));
    let open = gated.opener();
    let worker = gated.worker();
    let reached = thread::scope(|scope| {
        let wait = |n| Beside::start(scope, move || worker.wait_for(n, Duration::MAX));
        let waits = [2, 3].map(wait);
        waits.iter().for_each(Beside::sleeps);
        open();
        waits.map(Beside::ends_with)
    });
    assert_eq!(reached, [false; 2], "step 1 panicked, so only one step is done");
    assert!(!worker.wait_for(2, Duration::MAX), "a step has panicked before");
    assert!(worker.wait_for(1, Duration::ZERO), "one step is done");
}

/// Says that it has ended, a good while after it has begun to.
struct SlowToEnd(Arc<AtomicBool>);

impl Drop for SlowToEnd {
    fn drop(&mut self) {
        // Nothing waits for this but who joins the thread. It gives time to those who do not.
        thread::sleep(Duration::from_millis(500));
        self.0.store(true, SeqCst);
    }
}

#[grade::test(
    census = true,
    hint = "a worker that nobody needs any more: who stops it, and who waits until it has ended?"
)]
fn step4_nothing_is_left_of_a_worker() {
    type Ending = fn(Worker);
    let cancel: Ending = |worker| assert_eq!(worker.cancel().unwrap(), End::Cancelled(1));
    for end in [drop, cancel] {
        let ended = Arc::new(AtomicBool::new(false));
        let slow = SlowToEnd(ended.clone());
        let mut gated = Gated::with(1_000, move |_, sleeper| {
            let _whole = &slow;
            sleeper.sleep(LONG);
        });
        gated.pass(1);
        gated.sleeps();
        end(gated.take());
        assert!(ended.load(SeqCst), "the thread still runs: what the closure owns is not dropped");
        assert_eq!(gated.begun(), None, "the next step, after the end of the worker");
    }
}

#[grade::test(
    timeout_ms = 20_000,
    panics_ok = true,
    hint = "a panic of a step has nobody to go to when the worker is dropped; what if the caller \
            panics already?"
)]
fn step4_a_drop_does_not_panic() {
    let dead = || {
        let mut gated = panics_in_step_1();
        gated.pass(2);
        assert_eq!(gated.begun(), None, "the step after a panic");
        gated.take()
    };
    let worker = dead();
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(worker)));
    assert!(dropped.is_ok(), "the panic of a step came out of `drop`");
    let worker = dead();
    let caller = catch_unwind(AssertUnwindSafe(|| {
        let _worker = worker;
        panic!("of the caller")
    }));
    let payload = caller.expect_err("the caller panics");
    assert_eq!(payload.downcast_ref(), Some(&"of the caller"), "the panic that goes on");
}
