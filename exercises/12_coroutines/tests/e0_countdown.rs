//! Exercise 12.0: `coroutines::e0_countdown`.

use coroutines::e0_countdown::Countdown::{self, Done, Paused, Start};
use coroutines::e0_countdown::Step::{self, AlreadyDone, Returned, Yielded};

/// What the next resumes come to.
fn resumes<const N: usize>(countdown: &mut Countdown) -> [Step; N] {
    std::array::from_fn(|_| countdown.resume())
}

#[grade::test(hint = "what does the loop do first, and what does it do after a pause?")]
fn each_resume_goes_to_the_next_pause() {
    let mut countdown = Start { from: 3 };
    assert_eq!(
        resumes(&mut countdown),
        [Yielded(3), Yielded(2), Yielded(1), Returned("lift-off")],
        "four resumes of a countdown from 3"
    );
    let mut countdown = Start { from: u32::MAX };
    assert_eq!(
        resumes(&mut countdown),
        [Yielded(u32::MAX), Yielded(u32::MAX - 1)],
        "two resumes of a countdown from {}",
        u32::MAX
    );
}

#[grade::test(hint = "what does `while` do when its condition does not hold from the first?")]
fn it_may_return_without_a_pause() {
    let mut countdown = Start { from: 0 };
    assert_eq!(countdown.resume(), Returned("lift-off"), "the first resume of a countdown from 0");
    assert_eq!(countdown, Done, "where a countdown from 0 is after one resume");
}

#[grade::test(hint = "in which state is a function that has returned?")]
fn it_returns_once() {
    let mut countdown = Start { from: 1 };
    assert_eq!(
        resumes(&mut countdown),
        [Yielded(1), Returned("lift-off"), AlreadyDone, AlreadyDone, AlreadyDone],
        "five resumes of a countdown from 1"
    );
    assert_eq!(countdown, Done, "where it is after its end");
    assert_eq!(Done.resume(), AlreadyDone, "the resume of a countdown that has returned");
}

#[grade::test(hint = "which number has the variable at the pause: \
            the one that was handed out, or the next one?")]
fn its_state_says_at_which_pause_it_is() {
    let mut countdown = Start { from: 3 };
    countdown.resume();
    assert_eq!(countdown, Paused { number: 3 }, "where it is after it has handed out 3");
    countdown.resume();
    assert_eq!(countdown, Paused { number: 2 }, "where it is after it has handed out 2");

    let mut halfway = Paused { number: 8 };
    assert_eq!(halfway.resume(), Yielded(7), "the resume of one that is in `pause(8)`");
    let mut last = Paused { number: 1 };
    assert_eq!(last.resume(), Returned("lift-off"), "the resume of one that is in `pause(1)`");
}

#[grade::test(hint = "what does a countdown know that is not in its value?")]
fn a_copy_goes_on_by_itself() {
    let mut countdown = Start { from: 9 };
    let _: [Step; 4] = resumes(&mut countdown);
    let mut copy = countdown.clone();
    assert_eq!(resumes(&mut copy), [Yielded(5), Yielded(4)], "a copy that was made at 6");
    assert_eq!(resumes(&mut countdown), [Yielded(5), Yielded(4)], "the one that was copied at 6");
}
