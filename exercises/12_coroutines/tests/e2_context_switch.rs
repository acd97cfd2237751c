//! Exercise 12.2: `coroutines::e2_context_switch`. On aarch64 the switch is supplied.
#![cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]

#[path = "support/deaths.rs"]
mod deaths;
#[path = "support/maps.rs"]
mod maps;
#[cfg(target_arch = "x86_64")]
#[path = "support/registers.rs"]
mod registers;

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::marker::PhantomData;
use std::panic::{self, AssertUnwindSafe, catch_unwind, panic_any};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

use coroutines::e2_context_switch::{Fiber, Stack, Suspender};
#[cfg(target_arch = "x86_64")]
use coroutines::given::Naked as Usual;
use coroutines::given::Resumed::{self, Finished, Suspended};
#[cfg(target_arch = "aarch64")]
use coroutines::given::Twin as Usual;
use coroutines::given::{Entry, Switch};
use grade::alloc::{WatchedAllocator, in_use};
use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;

#[global_allocator]
static ALLOCATOR: WatchedAllocator = WatchedAllocator;

fn stack() -> Stack {
    Stack::new(64 * 1024).expect("there is memory for a stack")
}

fn fiber<S: Switch>(body: impl FnOnce(&Suspender<S>) + 'static) -> Fiber<S> {
    Fiber::new(stack(), body)
}

#[grade::test(hint = "which bytes are writable, what is below the lowest of them,\n\
            and is as much unmapped as was mapped? Compare /proc/self/maps.")]
fn step1_a_stack_is_mapped_above_a_guard_page_and_unmapped() {
    let page = maps::page_size();
    for (usable, pages) in [(0, 1), (1, 1), (page, 1), (page + 1, 2), (10 * page - 1, 10)] {
        let what = format!("a stack of {usable} bytes, in pages of {page}");
        let stack = Stack::new(usable).expect("there is memory for a stack");
        let top = stack.top();
        assert_eq!(top.addr() % page, 0, "{what}: its top is the end of a page");
        let lowest = top.wrapping_sub(pages * page);
        for page_above in 0..pages {
            let place = lowest.wrapping_add(page_above * page);
            assert_eq!(maps::rights(place).as_deref(), Some("rw-"), "{what}: one of its {pages}");
        }
        let guard = lowest.wrapping_sub(1);
        assert_eq!(maps::rights(guard).as_deref(), Some("---"), "{what}: the byte below them");
        let guard = lowest.wrapping_sub(page);
        assert_eq!(maps::rights(guard).as_deref(), Some("---"), "{what}: a page below them");
    }

    let neighbor = Stack::new(page).expect("there is memory for a stack");
    let stack = Stack::new(3 * page).expect("there is memory for a stack");
    let top = stack.top();
    drop(stack);
    for below in [1, 3 * page, 3 * page + 1, 4 * page] {
        let rights = maps::rights(top.wrapping_sub(below));
        assert_eq!(rights, None, "what is mapped {below} bytes below the top of a dropped stack");
    }
    let byte = maps::rights(neighbor.top().wrapping_sub(1));
    assert_eq!(byte.as_deref(), Some("rw-"), "another stack, when one has been dropped");

    let before = maps::count();
    for usable in [usize::MAX, usize::MAX - page, usize::MAX / 2, 1 << 50] {
        assert!(Stack::new(usable).is_err(), "there is no memory for a stack of {usable} bytes");
    }
    assert_eq!(maps::count(), before, "mappings, before and after stacks that could not be made");
}

#[grade::test(hint = "who knows that this page is a guard page, and not any other address?")]
fn step1_a_fault_in_the_guard_page_is_reported() {
    let page = maps::page_size();
    for below in [1, page] {
        let stack = Stack::new(page).expect("there is memory for a stack");
        let place = stack.top().wrapping_sub(page + below);
        // SAFETY: in this process of its own, the write does no harm but to end it.
        let (status, said) = deaths::of_a_child(|| unsafe { place.write_volatile(1) });
        let what = format!("a child that writes to the guard page; it said {said:?}");
        assert!(
            matches!(status, WaitStatus::Signaled(_, Signal::SIGSEGV, _)),
            "{what}: {status:?}"
        );
        assert!(said.contains("stack overflow"), "{what}");
    }
}

/// Says which step this processor leaves out; a stack it has.
#[cfg(not(target_arch = "x86_64"))]
fn skip(step: &str) {
    drop(stack());
    println!("skipped, for this is no x86-64: {step}");
}

/// Three times to another stack and back, with values in all registers that a function keeps.
#[cfg(target_arch = "x86_64")]
fn registers_are_kept<S: Switch>(here: (u32, u32), there: (u32, u32)) {
    use registers::{Kept, Pair};
    let stack = stack();
    let mut pair = Pair::new::<S>(stack.top(), Kept::from(9, there));
    for round in 1..=3 {
        let kept = Kept::from(round, here);
        assert_eq!(pair.switch(kept), kept, "here, before and after switch {round}");
    }
    let (given, found) = pair.other_side();
    assert_eq!(found, given, "on the other stack, before and after a switch");
}

#[grade::test(hint = "which registers does a callee keep? See the System V ABI for x86-64, \
            `Register Usage`;\nMXCSR and the control word of the x87 are among them")]
fn step2_a_switch_keeps_what_a_callee_keeps() {
    #[cfg(target_arch = "x86_64")]
    {
        // Rounding up here, rounding down there.
        registers_are_kept::<Usual>((0x5f80, 0x0b7f), (0x3f80, 0x077f));
        registers_are_kept::<Usual>(registers::USUAL, (0x3f80, 0x077f));
    }
    #[cfg(not(target_arch = "x86_64"))]
    skip("a switch keeps what a callee keeps");
}

/// The first switch to a fresh stack.
#[cfg(target_arch = "x86_64")]
fn an_entry_is_called<S: Switch>() {
    use registers::{Kept, Pair, USUAL};
    let stack = stack();
    let top = stack.top();
    let mut pair = Pair::new::<S>(top, Kept::from(9, USUAL));
    pair.switch(Kept::from(1, USUAL));
    let used = top.addr().wrapping_sub(pair.rsp.addr());
    assert!((1..=256).contains(&used), "`rsp` is {used} bytes below the top at the entry");
    assert_eq!(
        pair.rsp.addr() % 16,
        8,
        "`rsp` modulo 16 at the entry: the ABI wants it aligned before the call that pushes 8 bytes"
    );
    assert_eq!(
        pair.argument.cast_const(),
        pair.save(),
        "`rdi` at the entry is the `save` of the first switch"
    );
    // The lowest six bits of MXCSR say what has happened.
    let control = (pair.fresh_mxcsr & 0xffc0, pair.fresh_fcw);
    assert_eq!(
        control, USUAL,
        "the control bits of MXCSR and the control word of the x87 on a fresh stack, in decimal"
    );
}

#[grade::test(hint = "play the switch with a pencil, from `mov rsp, ..` to its end:\n\
            which word of the fresh stack does each instruction take?")]
fn step2_a_fresh_stack_begins_as_a_call_would() {
    #[cfg(target_arch = "x86_64")]
    an_entry_is_called::<Usual>();
    #[cfg(not(target_arch = "x86_64"))]
    skip("a fresh stack begins as a call would");
}

/// A body with many locals, between each two of which it is paused.
fn locals_live<S: Switch>() {
    let seen = Rc::new(Cell::new(0));
    let mut fiber = fiber::<S>({
        let seen = Rc::clone(&seen);
        move |suspender| {
            let (mut numbers, mut sum, mut half) = ([0_u64; 50], 0, 0.5);
            for round in 1..=1_000 {
                numbers[round as usize % 50] = black_box(round);
                sum += round;
                half += 1.0;
                seen.set(round);
                suspender.suspend();
            }
            let right = (951..=1_000).sum::<u64>() == numbers.iter().sum::<u64>();
            seen.set(if right && half == 1_000.5 { sum } else { 0 });
        }
    });
    assert_eq!(seen.get(), 0, "a fiber has begun before anybody has resumed it");
    for round in 1..=1_000 {
        assert_eq!(fiber.resume(), Suspended, "resume {round} of a body that pauses 1000 times");
        assert_eq!(seen.get(), round, "how often the body has paused");
    }
    assert_eq!(fiber.resume(), Finished, "the resume after the last pause");
    assert_eq!(seen.get(), 500_500, "the sum of its 1000 numbers; 0 if a local has changed");

    let again = catch_unwind(AssertUnwindSafe(|| fiber.resume()));
    let payload = again.expect_err("a fiber that has finished was resumed, and there was no panic");
    let text = payload.downcast_ref::<&str>().copied().map(str::to_owned);
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
    assert!(text.contains("finished"), "the panic about a fiber that has finished says: {text}");
}

/// How often a [`Counted`] has switched.
static SWITCHES: AtomicU32 = AtomicU32::new(0);

/// Another switch, whose uses are counted.
struct Counted<S>(PhantomData<S>);

// SAFETY: the other one promises the same.
unsafe impl<S: Switch> Switch for Counted<S> {
    unsafe fn prepare(top: *mut u8, entry: Entry) -> *mut u8 {
        // SAFETY: our caller upholds the same.
        unsafe { S::prepare(top, entry) }
    }

    unsafe extern "C" fn switch(save: *mut *mut u8, load: *mut u8) {
        SWITCHES.fetch_add(1, Relaxed);
        // SAFETY: our caller upholds the same.
        unsafe { S::switch(save, load) }
    }
}

/// A fiber goes to and fro by the switch in its type.
fn the_switch_is_used<S: Switch>() {
    let before = SWITCHES.load(Relaxed);
    let mut fiber = fiber::<Counted<S>>(|suspender| suspender.suspend());
    assert_eq!((fiber.resume(), fiber.resume()), (Suspended, Finished), "a body with one pause");
    let switches = SWITCHES.load(Relaxed) - before;
    assert!(switches >= 4, "a `Fiber<S>` was resumed twice, with {switches} uses of `S::switch`");
}

/// Fibers that take turns, and one inside of another.
fn fibers_know_who_resumed_them<S: Switch>() {
    let log = Rc::new(RefCell::new(Vec::new()));
    let note = |text: &'static str| {
        let log = Rc::clone(&log);
        move || log.borrow_mut().push(text)
    };
    let (out_1, out_2, in_1, in_2) = (note("a"), note("b"), note("1"), note("2"));
    let mut outer = fiber::<S>(move |suspender| {
        let mut inner = fiber::<S>(move |suspender| {
            in_1();
            suspender.suspend();
            in_2();
            suspender.suspend();
        });
        inner.resume();
        out_1();
        suspender.suspend();
        inner.resume();
        out_2();
        suspender.suspend();
        assert_eq!(inner.resume(), Finished);
    });
    let (one, two) = (note("x"), note("y"));
    let mut other = fiber::<S>(move |suspender| {
        one();
        suspender.suspend();
        two();
        suspender.suspend();
    });
    let results: Vec<Resumed> = (0..3).flat_map(|_| [outer.resume(), other.resume()]).collect();
    assert_eq!(log.borrow().join(""), "1ax2by", "letters in turn, a number from an inner fiber");
    let right = [Suspended, Suspended, Suspended, Suspended, Finished, Finished];
    assert_eq!(results, right, "three resumes of two fibers, in turn");
}

#[grade::test(hint = "what does a body need when it goes on, and where is it meanwhile?\n\
            Where does a fiber go when it pauses, and who knows that?")]
fn step3_locals_live_from_one_resume_to_the_next() {
    locals_live::<Usual>();
    fibers_know_who_resumed_them::<Usual>();
    the_switch_is_used::<Usual>();
    assert!(
        !grade::impls!(Fiber<Usual>: Send),
        "a fiber that is sent to another thread takes all that is on its stack with it"
    );
}

#[grade::test(hint = "where is what both sides share when the fiber is moved?")]
fn step3_a_fiber_may_be_moved_while_it_is_paused() {
    let seen = Rc::new(Cell::new(0));
    let mut fiber = fiber::<Usual>({
        let seen = Rc::clone(&seen);
        move |suspender| {
            for round in 1..=2 {
                seen.set(round);
                suspender.suspend();
            }
            seen.set(3);
        }
    });
    assert_eq!((fiber.resume(), seen.get()), (Suspended, 1), "where the fiber was made");
    let mut fibers = vec![fiber];
    assert_eq!((fibers[0].resume(), seen.get()), (Suspended, 2), "after it was moved to a Vec");
    let mut fiber = Box::new(fibers.remove(0));
    assert_eq!((fiber.resume(), seen.get()), (Finished, 3), "after it was moved to a Box");
}

/// What a process holds: its mappings, and the bytes of its heap.
fn held() -> (usize, usize) {
    (maps::count(), in_use())
}

/// Asserts that many fibers have left nothing behind.
fn nothing_stays(what: &str, before: (usize, usize)) {
    let after = held();
    // The heap may have grown by some mappings, and the guards keep a little to know each other by.
    assert!(after.0 <= before.0 + 100, "{} mappings before {what}, {} after", before.0, after.0);
    assert!(
        after.1 <= before.1 + 2_000,
        "{} bytes of the heap before {what}, {} after",
        before.1,
        after.1
    );
}

#[grade::test(
    timeout_ms = 30_000,
    hint = "what does each fiber hold, and who gives it back?\n\
            The kernel allows a process 65530 mappings, unless vm.max_map_count says otherwise."
)]
fn step3_there_is_room_for_ten_thousand_fibers() {
    drop(stack());
    let sum = Rc::new(Cell::new(0_u64));
    let before = held();
    let mut fibers: Vec<Fiber<Usual>> = (0..10_000)
        .map(|number| {
            let sum = Rc::clone(&sum);
            let stack = Stack::new(16 * 1024).expect("there is memory for 10000 stacks");
            Fiber::new(stack, move |suspender| {
                let mine = black_box(number);
                suspender.suspend();
                sum.set(sum.get() + mine);
            })
        })
        .collect();
    for right in [Suspended, Finished] {
        let count = fibers.iter_mut().filter_map(|fiber| (fiber.resume() == right).then_some(()));
        assert_eq!(count.count(), 10_000, "of 10000 fibers, those that answer {right:?}");
    }
    assert_eq!(sum.get(), 49_995_000, "the sum of the numbers from 0 to 9999");
    drop(fibers);
    nothing_stays("10000 fibers that have finished", before);

    let fresh: Vec<Fiber<Usual>> =
        (0..1_000).map(|number| fiber(move |_| assert_eq!(number, 1_000, "it runs"))).collect();
    drop(fresh);
    nothing_stays("1000 fibers that have never run", before);
}

/// Uses the stack without an end.
fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    if depth == u64::MAX { 0 } else { frame[black_box(7)] + recurse(depth + 1) }
}

#[grade::test(hint = "where is the guard page, seen from the stack on which the body runs?")]
fn step3_a_body_that_overflows_its_stack_is_reported() {
    let (status, said) = deaths::of_a_child(|| {
        let mut fiber = fiber::<Usual>(|_| assert_eq!(recurse(0), 0, "it ends before"));
        fiber.resume();
    });
    let what = format!("a child with a body that calls itself for ever; it said {said:?}");
    assert!(matches!(status, WaitStatus::Signaled(_, Signal::SIGSEGV, _)), "{what}: {status:?}");
    assert!(said.contains("stack overflow"), "{what}");
}

/// A body that panics, one that catches a panic, and one in which another panics.
fn panics_travel<S: Switch>() {
    let mut panics = fiber::<S>(|suspender| {
        suspender.suspend();
        panic_any(12_u64)
    });
    assert_eq!(panics.resume(), Suspended, "the first resume of a body that pauses");
    let payload = catch_unwind(AssertUnwindSafe(|| panics.resume()))
        .expect_err("a body has panicked, and `resume` has returned");
    assert_eq!(payload.downcast_ref(), Some(&12_u64), "the payload of the panic");
    let again = catch_unwind(AssertUnwindSafe(|| panics.resume()));
    assert!(again.is_err(), "a fiber that has panicked has finished, and was resumed");

    // Whatever a body panics with, it is no payload of anybody else.
    let mut panics = fiber::<S>(|_| panic_any(()));
    let payload = catch_unwind(AssertUnwindSafe(|| panics.resume()))
        .expect_err("a body has panicked with `()`, and `resume` has returned");
    assert!(payload.is::<()>(), "the payload of a panic with `()`");
    let mut panics = fiber::<S>(|_| panic_any("no"));
    let payload = catch_unwind(AssertUnwindSafe(|| panics.resume()))
        .expect_err("a body has panicked with a text, and `resume` has returned");
    assert_eq!(payload.downcast_ref(), Some(&"no"), "the payload of a panic with a text");

    let mut catches = fiber::<S>(|suspender| {
        let payload = catch_unwind(|| panic_any(3_u64)).expect_err("it panics");
        suspender.suspend();
        assert_eq!(payload.downcast_ref(), Some(&3_u64));
    });
    assert_eq!(catches.resume(), Suspended, "a body that has caught its panic, and pauses");
    assert_eq!(catches.resume(), Finished, "a body that has caught its panic, at its end");

    let mut outer = fiber::<S>(|_| {
        fiber::<S>(|_| panic_any(5_u64)).resume();
    });
    let payload = catch_unwind(AssertUnwindSafe(|| outer.resume()))
        .expect_err("a fiber inside of a body has panicked, and `resume` has returned");
    assert_eq!(payload.downcast_ref(), Some(&5_u64), "the payload of the panic");
    assert!(!thread::panicking(), "a panic that was caught is over");
}

#[grade::test(hint = "unwinding ends where the stack ends: \
            what takes a panic from one stack to the other?")]
fn step4_a_panic_goes_on_in_resume() {
    panics_travel::<Usual>();
}

/// How many panics a hook was told of.
static TOLD: AtomicU32 = AtomicU32::new(0);

/// Notes that it is dropped.
struct Local(&'static str, Rc<RefCell<Vec<&'static str>>>);

impl Drop for Local {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

/// Fibers that nobody resumes to their end.
fn a_drop_unwinds<S: Switch>() {
    let log = Rc::new(RefCell::new(Vec::new()));
    let local = |name| Local(name, Rc::clone(&log));
    let taken = || log.take().join(" ");

    let (captured, deep, goes_on) = (local("captured"), local("deep"), Rc::clone(&log));
    let mut paused = fiber::<S>(move |suspender| {
        let _captured = captured;
        let inner = move || {
            let _deep = deep;
            suspender.suspend();
            goes_on.borrow_mut().push("it goes on");
        };
        inner();
    });
    assert_eq!(paused.resume(), Suspended);
    assert_eq!(taken(), "", "what was dropped in a body that is paused");
    drop(paused);
    assert_eq!(taken(), "deep captured", "what is dropped with a paused fiber, innermost first");

    let (captured, begins) = (local("captured"), Rc::clone(&log));
    drop(fiber::<S>(move |suspender| {
        begins.borrow_mut().push("it begins");
        suspender.suspend();
        drop(captured);
    }));
    assert_eq!(taken(), "captured", "what happens when a fiber is dropped that never ran");

    let captured = local("captured");
    let mut finished = fiber::<S>(move |_| drop(captured));
    assert_eq!((finished.resume(), taken().as_str()), (Finished, "captured"), "at the end");
    drop(finished);
    assert_eq!(taken(), "", "what is dropped with a fiber that has finished");

    // In a thread that unwinds itself.
    let captured = local("captured");
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let mut paused = fiber::<S>(move |suspender| {
            let _captured = captured;
            suspender.suspend();
        });
        paused.resume();
        panic_any(1_u8)
    }));
    assert_eq!(unwound.err().and_then(|payload| payload.downcast_ref().copied()), Some(1_u8));
    assert_eq!(taken(), "captured", "what is dropped with a paused fiber, by a panic of its owner");
}

#[grade::test(hint = "the locals of a paused body are on its stack: who can drop them, \
            and what makes it do so?")]
fn step4_a_dropped_fiber_unwinds() {
    a_drop_unwinds::<Usual>();

    let mut paused = fiber::<Usual>(|suspender| suspender.suspend());
    paused.resume();
    let usual = panic::take_hook();
    panic::set_hook(Box::new(|_| {
        TOLD.fetch_add(1, Relaxed);
    }));
    drop(paused);
    panic::set_hook(usual);
    let told = TOLD.load(Relaxed);
    assert_eq!(told, 0, "panics that were reported while a paused fiber was dropped");

    let before = held();
    let paused: Vec<Fiber<Usual>> = (0..1_000)
        .map(|_| {
            let mut fiber = fiber::<Usual>(|suspender| suspender.suspend());
            fiber.resume();
            fiber
        })
        .collect();
    drop(paused);
    nothing_stays("1000 fibers that were dropped while paused", before);
}

/// The control words are not among what it switches.
#[cfg(target_arch = "x86_64")]
fn the_control_words_are_left_alone<S: Switch>() {
    use registers::{Kept, Pair, USUAL};
    let (stack, theirs) = (stack(), (0x3f80, 0x077f));
    let mut pair = Pair::new::<S>(stack.top(), Kept::from(9, theirs));
    let found = pair.switch(Kept::from(1, USUAL));
    let found = (found.mxcsr, found.fcw);
    assert_eq!(
        found, theirs,
        "the control words behind a switch that leaves them alone are those of the other side"
    );
}

#[grade::test(hint = "what does the assembly change, and which of that does the compiler know?\n\
            Two registers may not be declared: what do you do with those?")]
fn step5_the_inline_switch_does_all_of_it() {
    #[cfg(target_arch = "x86_64")]
    {
        use coroutines::given::Inline;
        registers_are_kept::<Inline>(registers::USUAL, registers::USUAL);
        an_entry_is_called::<Inline>();
        the_control_words_are_left_alone::<Inline>();
    }
    #[cfg(not(target_arch = "x86_64"))]
    skip("the inline switch does all of it");
}

#[grade::test(
    hint = "is the switch alone at fault, or the fiber? Do the tests of step3 and step4 pass?\n\
            If so: what is still in use in `resume`, and what in `suspend`, behind the assembly?"
)]
fn step5_fibers_go_by_the_inline_switch() {
    #[cfg(target_arch = "x86_64")]
    {
        use coroutines::given::Inline;
        locals_live::<Inline>();
        fibers_know_who_resumed_them::<Inline>();
        the_switch_is_used::<Inline>();
        panics_travel::<Inline>();
        a_drop_unwinds::<Inline>();
    }
    #[cfg(not(target_arch = "x86_64"))]
    skip("fibers go by the inline switch");
}
