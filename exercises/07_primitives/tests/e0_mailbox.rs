//! Exercise 7.0: `primitives::e0_mailbox`, in the model.

use model::{Model, sync, thread};
use sync::Arc;

#[cfg_attr(feature = "solution", path = "../../../solutions/07_primitives/e0_mailbox.rs")]
#[cfg_attr(not(feature = "solution"), path = "../src/e0_mailbox.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e0_mailbox;

use e0_mailbox::Mailbox;

#[grade::test(hint = "what does `look` return before the flag is raised?")]
fn an_empty_mailbox_has_no_letter() {
    Model::new().check(|| assert_eq!(Mailbox::new().look(), None, "nobody has posted a letter"));
}

#[grade::test(hint = "does `post` raise the flag, and does `look` read the letter?")]
fn a_letter_that_was_posted_is_there() {
    Model::new().check(|| {
        // 0 is a letter like any other.
        for letter in [42, 0] {
            let mailbox = Mailbox::new();
            // SAFETY: it is called once.
            unsafe { mailbox.post(letter) };
            assert_eq!(mailbox.look(), Some(letter), "{letter} was posted before");
            assert_eq!(mailbox.look(), Some(letter), "the letter stays in the box");
        }
    });
}

#[grade::test(
    hint = "what stands before the flag is raised, what after it is seen, and with which ordering?"
)]
fn who_sees_the_flag_sees_the_letter() {
    Model::new().check(|| {
        let mailbox = Arc::new(Mailbox::new());
        let poster = thread::spawn({
            let mailbox = mailbox.clone();
            // SAFETY: it is called once.
            move || unsafe { mailbox.post(42) }
        });
        let seen = mailbox.look();
        assert!(
            matches!(seen, None | Some(42)),
            "42 is the only letter, and `look` found {seen:?}"
        );
        poster.join();
        assert_eq!(mailbox.look(), Some(42), "the poster has ended");
    });
    // Once more, and the poster is the first to run: see "What it cannot see" in the documentation of `model`.
    Model::new().check(|| {
        let mailbox = Arc::new(Mailbox::new());
        let reader = thread::spawn({
            let mailbox = mailbox.clone();
            move || mailbox.look()
        });
        // SAFETY: it is called once.
        unsafe { mailbox.post(42) };
        let seen = reader.join();
        assert!(
            matches!(seen, None | Some(42)),
            "42 is the only letter, and `look` found {seen:?}"
        );
    });
}
