//! Exercise 4.1: `threads::e1_par_map`.

#[path = "support/party.rs"]
mod party;
#[path = "support/starts.rs"]
mod starts;
#[path = "support/tasks.rs"]
mod tasks;

use std::any::Any;
use std::cell::Cell;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::{Pid, gettid};
use party::Party;
use threads::e1_par_map;

/// Numbers of items and threads: as many items, a multiple, less and more than that, too few.
const SIZES: [(usize, usize); 12] = [
    (1, 1),
    (7, 1),
    (4, 4),
    (8, 4),
    (7, 4),
    (5, 4),
    (9, 4),
    (10, 4),
    (40, 7),
    (3, 8),
    (1, 8),
    (3, usize::MAX),
];

/// So many threads a test may start that starts too many.
const ROOM: usize = 100;

fn par_map<T: Sync, R: Send>(items: &[T], threads: usize, f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = NonZeroUsize::new(threads).expect("this test names a number of threads");
    e1_par_map::par_map(items, threads, f)
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "divide a number of items by one of threads that leaves a rest: who gets the rest?"
)]
fn each_item_has_its_result_in_its_place() {
    for len in 0..=24 {
        for threads in 1..=9 {
            let items: Vec<_> = (0..len).map(|_| AtomicUsize::new(0)).collect();
            let results = par_map(&items, threads, |item| {
                item.fetch_add(1, SeqCst);
                std::ptr::from_ref(item).addr()
            });
            let what = format!("{len} items, {threads} threads");
            let wanted: Vec<_> = items.iter().map(|item| std::ptr::from_ref(item).addr()).collect();
            assert_eq!(results.len(), len, "the number of results of {what}");
            assert!(results == wanted, "{what}: a result is not in the place of its item");
            let calls: Vec<_> = items.iter().map(|item| item.load(SeqCst)).collect();
            assert_eq!(calls, vec![1; len], "{what}: how often `f` was called for each");
        }
    }
}

#[grade::test(
    timeout_ms = 3_000,
    hint = "in this test, the last item has its result first:\n\
            does your order depend on who ends first, or one thread wait for another?"
)]
fn the_order_is_not_that_of_the_ends() {
    let items = [0, 1, 2, 3];
    let (last, changed) = (Mutex::new(items.len()), Condvar::new());
    let results = par_map(&items, items.len(), |&item| {
        let last = last.lock().unwrap();
        let mut last = changed.wait_while(last, |last| *last != item + 1).unwrap();
        *last = item;
        changed.notify_all();
        item * 10
    });
    assert_eq!(results, [0, 10, 20, 30], "the results of 0, 1, 2 and 3, which ended backwards");
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "in this test, every thread stays in its first call of `f` until all threads are in\n\
            theirs: what does a thread wait for, has each one an item, and how many threads do few\n\
            items need?"
)]
fn all_threads_work_at_the_same_time() {
    for (len, threads) in SIZES {
        println!("{len} items, {threads} threads");
        let wanted = threads.min(len);
        let party = Party::of(wanted);
        par_map(&vec![(); len], threads, |()| party.attend());
        let met = party.met();
        assert!(
            met >= wanted,
            "{len} items, {threads} threads: `f` runs on {met} threads at the same time; \
             wanted {wanted}"
        );
    }
}

#[grade::test(hint = "count the threads that you start: is it the number of the pieces?")]
fn no_more_threads_than_asked_for() {
    for (len, threads) in SIZES {
        let wanted = threads.min(len);
        let party = Party::of(0);
        let call = || par_map(&vec![(); len], threads, |()| party.attend());
        let (result, started) = starts::during(ROOM, || catch_unwind(AssertUnwindSafe(call)));
        let what = format!("{len} items, {threads} threads");
        assert!(started <= wanted, "{what}: {started} threads were started; enough are {wanted}");
        assert!(result.is_ok(), "{what}: the call panicked, though `f` did not");
        let worked = party.came();
        assert!(worked <= wanted, "{what}: `f` ran on {worked} threads in all; wanted {wanted}");
    }
}

#[grade::test(hint = "which of your steps cannot be done with 0, or with the largest number?")]
fn no_items_need_no_thread() {
    for threads in [1, 4, usize::MAX] {
        let call = || par_map::<u8, u8>(&[], threads, |_| unreachable!("there is no item"));
        let (result, started) = starts::during(ROOM, || catch_unwind(call));
        let result = result.ok();
        assert_eq!(result, Some(Vec::new()), "no items, {threads} threads; None is a panic");
        assert_eq!(started, 0, "no items: the number of threads that were started");
    }
}

#[grade::test(hint = "which bounds has the stub, and do you need more of them?")]
fn all_is_borrowed_and_nothing_is_cloned() {
    let locks = [Mutex::new("one".to_owned()), Mutex::new("two".to_owned())];
    // A guard must stay on its thread; a reference to it may go to others.
    let guards: Vec<MutexGuard<'_, String>> = locks.iter().map(|m| m.lock().unwrap()).collect();
    let count = Mutex::new(0);
    let held = count.lock().unwrap();
    // A cell can go to another thread, but nobody can look at it from two.
    let cells = par_map(&guards, 2, |guard| Cell::new(guard.len() + *held));
    assert_eq!(cells.into_iter().map(Cell::into_inner).collect::<Vec<_>>(), [3, 3]);

    let text = "from the caller".to_owned();
    let words: Vec<&str> = text.split(' ').collect();
    let firsts = par_map(&words, 3, |word| &word[..1]);
    assert_eq!(firsts, ["f", "t", "c"]);
}

/// What `f` panics with: no text.
#[derive(Debug, PartialEq)]
struct Payload(usize);

/// A result; all those that live are counted.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(alive: &'a AtomicUsize) -> Counted<'a> {
        alive.fetch_add(1, SeqCst);
        Counted(alive)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

/// The number in the payload.
fn number(payload: Box<dyn Any + Send>) -> Option<usize> {
    payload.downcast::<Payload>().ok().map(|payload| payload.0)
}

#[grade::test(
    panics_ok = true,
    hint = "a panic carries a value of any type: who hands it on, and what do the others put in its place?"
)]
fn a_panic_comes_through_as_it_is() {
    let items: Vec<usize> = (0..8).collect();
    for threads in [1, 3, 8] {
        for panicking in [&[0][..], &[4], &[7], &[0, 7], &[0, 1, 2, 3, 4, 5, 6, 7]] {
            let alive = AtomicUsize::new(0);
            let call = || {
                let results = par_map(&items, threads, |item| {
                    if panicking.contains(item) {
                        panic_any(Payload(*item));
                    }
                    Counted::new(&alive)
                });
                results.len()
            };
            let what = format!("8 items, {threads} threads, `f` panics for {panicking:?}");
            match catch_unwind(AssertUnwindSafe(call)) {
                Ok(len) => panic!("{what}: the call returned {len} results"),
                Err(payload) => {
                    let number = number(payload);
                    assert!(
                        number.is_some_and(|number| panicking.contains(&number)),
                        "{what}: the payload of the call is none of those"
                    );
                }
            }
            let alive = alive.load(SeqCst);
            assert_eq!(alive, 0, "{what}: results that nobody has dropped");
        }
    }
}

/// After this time a call of `f` counts as one that nobody makes. It is a safeguard, not a measure.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether the call came back from a panic for this item, of two, while `f` still ran for the other.
fn came_back_early(panicking: usize) -> bool {
    let caller = gettid();
    let thread_that_panics = AtomicI32::new(0);
    let [has_begun, has_ended, is_over, alone] = [const { AtomicBool::new(false) }; 4];
    let wait_until = |done: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !done() && !alone.load(SeqCst) {
            alone.fetch_or(start.elapsed() > PATIENCE, SeqCst);
            thread::yield_now();
        }
    };
    // A reference: what `f` holds outlives the call, whatever becomes of that.
    let f = &|&item: &usize| {
        if item == panicking {
            wait_until(&|| has_begun.load(SeqCst));
            thread_that_panics.store(gettid().as_raw(), SeqCst);
            // A panic without a message, which would take its time where backtraces are on.
            resume_unwind(Box::new(Payload(item)));
        }
        has_begun.store(true, SeqCst);
        wait_until(&|| thread_that_panics.load(SeqCst) != 0);
        if gettid() != caller {
            // Until the caller waits for this thread, or is on its way out.
            let ending = Pid::from_raw(thread_that_panics.load(SeqCst));
            tasks::gone_and_asleep(ending, caller, || is_over.load(SeqCst));
        }
        has_ended.store(true, SeqCst);
    };
    let result = catch_unwind(AssertUnwindSafe(|| par_map(&[0, 1], 2, f)));
    let early = !has_ended.load(SeqCst);
    is_over.store(true, SeqCst);
    assert!(
        !alone.load(SeqCst),
        "`f` ran for one item for {PATIENCE:?}, and had not begun for the other: did that wait for \
         its end?"
    );
    assert!(result.is_err(), "`f` has panicked, and the call returned results");
    assert!(has_begun.load(SeqCst), "the call has panicked and not called `f` for both items");
    // What `f` borrows must not go before it has ended.
    while !has_ended.load(SeqCst) {
        thread::yield_now();
    }
    early
}

#[grade::test(
    panics_ok = true,
    timeout_ms = 10_000,
    hint = "on which ways out of your function does nobody wait for a thread that still runs?"
)]
fn a_panic_waits_for_the_other_threads() {
    for item in [0, 1] {
        assert!(
            !came_back_early(item),
            "`f` panicked for item {item} of 2, and the call ended while `f` ran for the other"
        );
    }
}
