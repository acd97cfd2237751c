//! Exercise 12.3: `coroutines::e3_generator_send`.

#[path = "support/calls.rs"]
mod calls;
#[path = "support/programs.rs"]
mod programs;
#[path = "support/transcript.rs"]
mod transcript;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::rc::Rc;

use coroutines::e3_generator_send::{Co, Gen};
use coroutines::given::{GenError, GenState, Interrupt};
use transcript::{RECORDED, assert_like_python, assert_same, of_program};

#[grade::test(hint = "three ends of a resume: the body has paused, has ended, or had ended before")]
fn step1_it_yields_and_then_it_returns() {
    assert_like_python(&["a countdown"]);
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
    let answer = generator.close();
    assert!(answer.is_ok(), "nothing is left to close; got {answer:?}");
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
}

#[grade::test(hint = "to close is to resume, with a wish: which of the answers fulfil it?")]
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
}

#[grade::test(
    hint = "a yield in answer to `close`: whose error is that, and where is the body now?"
)]
fn step4_it_may_refuse_to_end() {
    assert_like_python(&["it does not end when it is closed"]);
}

#[grade::test(
    hint = "to drop is to close, and then whatever is left goes: the body's locals, and a \
                      body that has not begun"
)]
fn step4_a_dropped_one_is_closed() {
    assert_like_python(&[
        "it is dropped",
        "a fresh one is dropped",
        "one that has ended is dropped",
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
}

#[grade::test(
    hint = "the body runs on behalf of a call that has not returned: what does that call \
                      hold, and how does a second one find out?"
)]
fn step5_it_cannot_be_called_while_it_runs() {
    assert_like_python(&["it calls itself"]);
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
        "the inner has begun before",
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
