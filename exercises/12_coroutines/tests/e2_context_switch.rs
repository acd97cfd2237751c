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
use std::panic::{self, AssertUnwindSafe, catch_unwind, panic_any};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

use coroutines::e2_context_switch::{Fiber, Stack, Suspender};
#[cfg(target_arch = "x86_64")]
use coroutines::given::Naked as Usual;
use coroutines::given::Resumed::{self, Finished, Suspended};
use coroutines::given::Switch;
#[cfg(target_arch = "aarch64")]
use coroutines::given::Twin as Usual;
use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;

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
    let masks = (pair.fresh_mxcsr & 0x1f80, pair.fresh_fcw & 0x3f);
    assert_eq!(
        masks,
        (0x1f80, 0x3f),
        "the masks for exceptions in MXCSR and in the control word of the x87 on a fresh stack"
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
    assert!(
        !grade::impls!(Fiber<Usual>: Send),
        "a fiber that is sent to another thread takes all that is on its stack with it"
    );
}

#[grade::test(
    timeout_ms = 30_000,
    hint = "what does each fiber hold, and who gives it back?\n\
            The kernel allows a process 65530 mappings, unless vm.max_map_count says otherwise."
)]
fn step3_there_is_room_for_ten_thousand_fibers() {
    let before = maps::count();
    let sum = Rc::new(Cell::new(0_u64));
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
    let after = maps::count();
    // The heap may have grown by some.
    assert!(after <= before + 100, "{before} mappings before 10000 fibers, {after} after them");
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

    let captured = local("captured");
    let ran = local("it has run");
    drop(fiber::<S>(move |suspender| {
        drop(ran);
        suspender.suspend();
        drop(captured);
    }));
    let mut dropped = log.take();
    dropped.sort_unstable();
    assert_eq!(dropped, ["captured", "it has run"], "what is dropped with a fiber that never ran");

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
}

#[grade::test(hint = "what does the assembly change, and which of that does the compiler know?\n\
            Two registers may not be declared: what do you do with those?")]
fn step5_the_inline_switch_does_all_of_it() {
    #[cfg(target_arch = "x86_64")]
    {
        use coroutines::given::Inline;
        registers_are_kept::<Inline>(registers::USUAL, registers::USUAL);
        an_entry_is_called::<Inline>();
        locals_live::<Inline>();
        fibers_know_who_resumed_them::<Inline>();
        panics_travel::<Inline>();
        a_drop_unwinds::<Inline>();
    }
    #[cfg(not(target_arch = "x86_64"))]
    skip("the inline switch does all of it");
}
