//! Exercise 12.3: `coroutines::e3_generator_send`.

#[path = "support/calls.rs"]
mod calls;
#[path = "support/programs.rs"]
mod programs;
#[path = "support/transcript.rs"]
mod transcript;

use std::cell::Cell;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::rc::Rc;

use coroutines::e3_generator_send::{Co, Gen};
use coroutines::given::{GenError, GenState, Interrupt};
use transcript::{RECORDED, assert_like_python, assert_same, of_program};

#[grade::test(
    hint = "three ends of a resume: the body has paused, has ended, or had ended before.\n\
                      A body that has ended still has a stack: who gives it back?"
)]
fn step1_it_yields_and_then_it_returns() {
    assert_like_python(&["a countdown"]);
    what_has_ended_leaves_nothing();
}

#[grade::test(hint = "a panic leaves `resume`: what is left behind for the next call?")]
fn step1_after_a_panic_it_has_ended() {
    let generator = Gen::new(|body: &Co<(), u8>| {
        body.yield_(1)?;
        if true {
            panic!("the body panics");
        }
        Ok(())
    });
    assert!(matches!(generator.next(), Ok(GenState::Yielded(1))), "the first yield");
    let payload = catch_unwind(AssertUnwindSafe(|| generator.next().is_ok())).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"the body panics"), "the payload of the panic");
    let answer = generator.next();
    assert!(
        matches!(answer, Err(GenError::Exhausted)),
        "a panic has ended the body, so the next call finds it exhausted; got {answer:?}"
    );
    let answer = generator.throw("late".into());
    match &answer {
        Err(GenError::Raised(Interrupt::Throw(error))) if error.to_string() == "late" => {}
        _ => panic!("a body that has ended gives an error back as `Raised`; got {answer:?}"),
    }
    let answer = generator.close();
    assert!(answer.is_ok(), "nothing is left to close; got {answer:?}");
}

/// How many mappings this process has, see proc_pid_maps(5).
fn mappings() -> usize {
    let text = fs::read_to_string("/proc/self/maps").expect("a process can read its own mappings");
    text.lines().count()
}

/// The stacks of generators that have ended are given back.
fn what_has_ended_leaves_nothing() {
    let run = || {
        let generator = Gen::new(|body: &Co<(), u8>| body.yield_(1).map(drop));
        assert!(matches!(generator.next(), Ok(GenState::Yielded(1))), "it yields");
        assert!(matches!(generator.next(), Ok(GenState::Returned(()))), "it returns");
    };
    run();
    let before = mappings();
    (0..1_000).for_each(|_| run());
    let after = mappings();
    // The heap may have grown by some.
    assert!(
        after < before + 100,
        "mappings, before and after 1000 generators that have returned: {before} and {after}"
    );
}

#[grade::test(hint = "what waits for a value before the first yield? When does the slot with the \
                      value have to be filled, when read, and what is in it after that?")]
fn step2_the_paused_yield_returns_what_is_sent() {
    assert_like_python(&["a fresh one is sent a value", "values are sent", "values and no values"]);
}

#[grade::test(
    hint = "where is an error thrown: at a pause, before the first line, after the last?"
)]
fn step3_an_error_is_thrown_at_the_pause() {
    assert_like_python(&[
        "a throw is caught",
        "a throw is not caught",
        "a fresh one is thrown an error",
        "it raises what it likes",
        "it raises by itself",
    ]);

    let held = Rc::new(());
    let captured = Rc::clone(&held);
    let fresh = Gen::new(move |body: &Co<(), ()>| {
        body.yield_(())?;
        drop(captured);
        Ok(())
    });
    let answer = fresh.throw("early".into());
    assert!(
        matches!(answer, Err(GenError::Raised(_))),
        "an error before the begin; got {answer:?}"
    );
    assert_eq!(
        Rc::strong_count(&held),
        1,
        "after an error before the begin, who holds what a body held that will never begin"
    );
}

#[grade::test(hint = "to close is to resume, with a wish: which of the answers fulfil it?\n\
                      A panic is none: does anything catch it on its way?")]
fn step4_it_cleans_up_when_it_is_closed() {
    assert_like_python(&[
        "it is closed",
        "a fresh one is closed",
        "it returns when it is closed",
        "it fails when it is closed",
        "it ends as if it were closed",
    ]);

    let held = Rc::new(());
    let captured = Rc::clone(&held);
    let fresh = Gen::new(move |body: &Co<(), ()>| {
        let captured = captured;
        body.yield_(())?;
        drop(captured);
        Ok(())
    });
    let answer = fresh.close();
    assert!(answer.is_ok(), "a generator that has not begun can be closed; got {answer:?}");
    assert_eq!(Rc::strong_count(&held), 1, "who holds what a body held that will never begin");
    a_panic_comes_out();
}

/// A generator that panics when it is told to end, and is paused before.
fn panics_at_its_end() -> Gen<(), (), ()> {
    let generator = Gen::new(|body: &Co<(), ()>| match body.yield_(()) {
        Err(Interrupt::Close) => panic!("the body panics"),
        _ => Ok(()),
    });
    assert!(matches!(generator.next(), Ok(GenState::Yielded(()))), "it yields");
    generator
}

/// A panic is no error: who closes or drops a generator meets it.
fn a_panic_comes_out() {
    let text = Some(&"the body panics");
    let generator = panics_at_its_end();
    let Err(payload) = catch_unwind(AssertUnwindSafe(|| generator.close().is_ok())) else {
        panic!("the body panics in answer to `close`, and `close` has returned");
    };
    assert_eq!(payload.downcast_ref(), text, "the payload of a panic in answer to `close`");

    let generator = panics_at_its_end();
    let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(generator))) else {
        panic!("the body panics in answer to the drop, and the drop has returned");
    };
    assert_eq!(payload.downcast_ref(), text, "the payload of a panic in answer to a drop");
}

#[grade::test(
    hint = "a yield in answer to `close`: whose error is that, and where is the body now?"
)]
fn step4_it_may_refuse_to_end() {
    assert_like_python(&["it does not end when it is closed"]);
}

#[grade::test(
    hint = "to drop is to close, and then whatever is left goes: the body's locals, and a \
                      body that has not begun.\n\
            A drop closes once: what ends a body that yields each time?"
)]
fn step4_a_dropped_one_is_closed() {
    assert_like_python(&[
        "it is dropped",
        "a fresh one is dropped",
        "one that has ended is dropped",
        "it returns when it is dropped",
    ]);

    let held = Rc::new(());
    for calls in 0..3 {
        let captured = Rc::clone(&held);
        let generator = Gen::new(move |body: &Co<(), u8>| {
            let local = Rc::clone(&captured);
            // The second yield refuses to end.
            let _ = body.yield_(1);
            let _ = body.yield_(2);
            drop(local);
            Ok(())
        });
        for _ in 0..calls {
            let answer = generator.next();
            assert!(matches!(answer, Ok(GenState::Yielded(_))), "it yields; got {answer:?}");
        }
        drop(generator);
        assert_eq!(
            Rc::strong_count(&held),
            1,
            "who holds what the body has held, when its generator was dropped after {calls} calls"
        );
    }
    a_drop_ends_what_never_ends();
}

/// A body that yields whatever it is told is unwound.
fn a_drop_ends_what_never_ends() {
    let told = Rc::new(Cell::new(0));
    let counter = Rc::clone(&told);
    let generator: Gen<(), u8, ()> = Gen::new(move |body: &Co<(), u8>| {
        loop {
            if body.yield_(1).is_err() {
                counter.set(counter.get() + 1);
            }
        }
    });
    assert!(matches!(generator.next(), Ok(GenState::Yielded(1))), "it yields");
    drop(generator);
    assert_eq!(told.get(), 1, "how often a body is told to end that yields each time");
    assert_eq!(Rc::strong_count(&told), 1, "who holds what a body has held that never ends");
}

#[grade::test(
    hint = "the body runs on behalf of a call that has not returned: what does that call \
                      hold, and how does a second one find out?"
)]
fn step5_it_cannot_be_called_while_it_runs() {
    assert_like_python(&["it calls itself", "it delegates to itself"]);
}

#[grade::test(hint = "whatever reaches the outer at a pause of the inner, the inner must get: \
                      values, errors, and the wish to end")]
fn step6_the_inner_gets_what_the_outer_is_told() {
    assert_like_python(&[
        "it delegates",
        "the inner catches",
        "the inner does not catch",
        "the outer catches",
        "both are closed",
        "the inner does not end when both are closed",
        "the inner fails when both are closed",
        "the inner returns when it is thrown an error",
        "the inner has begun before",
        "the inner calls the outer",
    ]);

    // Here Python returns `None`, which the type of the result does not have.
    let outer = Gen::new(|body: &Co<(), ()>| {
        let ended = Gen::new(|_: &Co<(), ()>| Ok(1));
        Ok((ended.next().is_ok(), body.delegate(&ended)))
    });
    match outer.next() {
        Ok(GenState::Returned((true, Err(Interrupt::Throw(error))))) => assert!(
            matches!(error.downcast_ref(), Some(GenError::Exhausted)),
            "`delegate` to one that has ended throws `Exhausted`; got {error:?}"
        ),
        other => panic!("`delegate` to one that has ended throws an error; got {other:?}"),
    }
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "the line that differs names the call; the script is tests/support/protocol.py"
)]
fn step7_all_is_as_in_python() {
    let ours: String = calls::PROGRAMS.iter().map(of_program).collect();
    assert_same(RECORDED, &ours, "a program of tests/support/protocol.py");

    // `-I`: without the settings and packages of the user.
    let python = |script| Command::new("python3").args(["-I", "-c", script]).output();
    let version = match python("import platform; print(platform.python_version())") {
        Ok(output) if output.status.success() => String::from_utf8(output.stdout).unwrap(),
        _ => return println!("skipped, for python3 does not run here: the same script in Python"),
    };
    let output = python(include_str!("support/protocol.py")).unwrap();
    assert!(output.status.success(), "the script fails: {output:?}");
    let theirs = String::from_utf8(output.stdout).unwrap();
    assert_same(&theirs, &ours, "with Python {version}, a program of tests/support/protocol.py");
    println!("the same lines as those of Python {}", version.trim());
}
