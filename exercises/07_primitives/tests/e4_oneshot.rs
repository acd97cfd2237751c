//! Exercise 7.4: `primitives::e4_oneshot`, in the model, and on threads of the system.

use std::cell::Cell;
use std::rc::Rc;

use model::{Futex, Model, sync, thread};
use primitives::e4_oneshot as real;
use sync::Arc;

#[cfg_attr(feature = "solution", path = "../../../solutions/07_primitives/e4_oneshot.rs")]
#[cfg_attr(not(feature = "solution"), path = "../src/e4_oneshot.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e4_oneshot;

use e4_oneshot::{Disconnected, Receiver, Sender, oneshot};

/// What is sent: the model sees when it is never dropped, and when it is dropped twice.
type Letter = Arc<u32>;

/// In a model, one thread has the sender and another the receiver. It is tried with sleeps that end
/// at once and weak exchanges that fail, with stores as they are, and with either thread as the first to run: see "What it
/// cannot see" in the documentation of `model`.
fn ends(sender: fn(Sender<Letter>), receiver: fn(Receiver<Letter>)) {
    let model = || Model::new().preemptions(3);
    for model in [model(), model().futex(Futex::Spurious).weak_may_fail(), model().plain_stores()] {
        model.check(move || {
            let (tx, rx) = oneshot();
            let other = thread::spawn(move || sender(tx));
            receiver(rx);
            other.join();
        });
    }
    model().check(move || {
        let (tx, rx) = oneshot();
        let other = thread::spawn(move || receiver(rx));
        sender(tx);
        other.join();
    });
}

fn send(sender: Sender<Letter>) {
    let _ = sender.send(Arc::new(7));
}

#[grade::test(hint = "which states are there, and who goes from which to which?")]
fn step1_a_value_that_was_sent_is_received() {
    Model::new().weak_may_fail().check(|| {
        let (tx, mut rx) = oneshot();
        assert_eq!(rx.try_recv(), None, "it may still come");
        assert_eq!(tx.send(7), Ok(()), "the receiver is there");
        assert_eq!(rx.try_recv(), Some(Ok(7)), "it has come");
        assert_eq!(rx.try_recv(), Some(Err(Disconnected)), "it has been taken");
        assert_eq!(rx.recv(), Err(Disconnected), "it has been taken");

        let (tx, rx) = oneshot();
        tx.send(8).unwrap();
        assert_eq!(rx.recv(), Ok(8), "it was there before");
    });
}

#[grade::test(hint = "what publishes the value, and what does a receiver sleep on?")]
fn step1_recv_waits_for_the_value() {
    ends(
        |tx| assert!(tx.send(Arc::new(7)).is_ok(), "the receiver waits"),
        |rx| assert_eq!(rx.recv().as_deref(), Ok(&7), "it is sent, sooner or later"),
    );
}

#[grade::test(hint = "what must `try_recv` have seen before it takes the value?")]
fn step1_try_recv_never_takes_half_a_value() {
    ends(send, |mut rx| {
        let first = rx.try_recv();
        assert!(matches!(first.as_ref().map(|letter| letter.as_deref()), None | Some(Ok(7))));
        if first.is_none() {
            assert_eq!(rx.recv().as_deref(), Ok(&7), "it is sent, sooner or later");
        }
    });
}

#[grade::test(hint = "does a thread that waits call `futex_wait`?")]
fn step1_who_waits_sleeps() {
    Model::new().preemptions(1).check(|| {
        let (tx, rx) = oneshot();
        let other = thread::spawn(move || assert_eq!(rx.recv(), Ok(7)));
        while model::calls().futex_waits == 0 {
            thread::yield_now();
        }
        tx.send(7).unwrap();
        other.join();
    });
}

#[grade::test(hint = "a sleep may end without a reason: what then?")]
fn step1_a_wait_that_ends_too_early_begins_again() {
    Model::new().futex(Futex::Spurious).preemptions(1).check(|| {
        let (tx, rx) = oneshot();
        let other = thread::spawn(move || assert_eq!(rx.recv(), Ok(7)));
        while model::calls().futex_waits < 3 {
            thread::yield_now();
        }
        tx.send(7).unwrap();
        other.join();
    });
}

#[grade::test(hint = "who wakes a receiver when no value will come?")]
fn step2_a_sender_that_goes_ends_the_wait() {
    Model::new().check(|| {
        let (tx, mut rx) = oneshot::<u32>();
        drop(tx);
        assert_eq!(rx.try_recv(), Some(Err(Disconnected)), "the sender has gone");
    });
    ends(drop, |rx| assert!(rx.recv().is_err(), "the sender has gone"));
    ends(drop, |mut rx| {
        let first = rx.try_recv();
        assert!(matches!(first, None | Some(Err(Disconnected))), "the sender may have gone");
        assert!(rx.recv().is_err(), "the sender has gone");
    });
}

#[grade::test(hint = "whose is the value when the receiver has gone?")]
fn step2_a_value_that_nobody_can_receive_comes_back() {
    Model::new().check(|| {
        let (tx, rx) = oneshot();
        drop(rx);
        let back = tx.send(Letter::new(7)).map_err(|letter| *letter);
        assert_eq!(back, Err(7), "nobody can receive it");
        let (tx, rx) = oneshot();
        drop(rx);
        assert_eq!(tx.send(8), Err(8), "nobody can receive it, though it need not be dropped");
    });
}

#[grade::test(hint = "who drops the value, when both go at the same time?")]
fn step2_every_value_is_dropped_once() {
    ends(send, drop);
    ends(send, |mut rx| drop(rx.try_recv()));
    ends(drop, drop);
}

#[grade::test(hint = "how does the sender know whether somebody sleeps?")]
fn step3_no_system_call_where_nobody_waits() {
    Model::new().check(|| {
        let (tx, mut rx) = oneshot();
        assert_eq!(rx.try_recv(), None, "it may still come");
        tx.send(7).unwrap();
        assert_eq!(rx.recv(), Ok(7), "it was there before");
        let (tx, rx) = oneshot::<u32>();
        drop(tx);
        assert_eq!(rx.recv(), Err(Disconnected), "the sender has gone");
        let (tx, rx) = oneshot();
        drop(rx);
        assert_eq!(tx.send(7), Err(7), "the receiver has gone");
        let (tx, rx) = oneshot::<u32>();
        drop(rx);
        drop(tx);
        let calls = model::calls();
        assert_eq!(
            (calls.futex_waits, calls.futex_wakes),
            (0, 0),
            "futex_wait and futex_wake calls of a thread that is alone"
        );
    });
}

#[grade::test(hint = "which threads get a `T`?")]
fn step3_only_what_may_move_between_threads_may_be_sent() {
    use grade::impls;
    use real::{Receiver, Sender};

    assert!(impls!(Sender<Cell<u8>>: Send), "one end at a time has the Cell");
    assert!(impls!(Receiver<Cell<u8>>: Send), "one end at a time has the Cell");
    assert!(!impls!(Sender<Rc<u8>>: Send), "an Rc must stay on its thread");
    assert!(!impls!(Receiver<Rc<u8>>: Send), "an Rc must stay on its thread");
    let (tx, rx) = real::oneshot();
    tx.send(Cell::new(1)).unwrap();
    assert_eq!(rx.recv().map(|cell| cell.get()), Ok(1), "the channel works");
}

#[grade::test(hint = "does an end go in the same way when its thread panics?")]
fn step3_a_panic_takes_an_end_along() {
    let (tx, rx) = real::oneshot::<u8>();
    let sender = std::thread::spawn(move || {
        let _tx = tx;
        std::panic::resume_unwind(Box::new("a panic of this test"));
    });
    assert_eq!(rx.recv(), Err(real::Disconnected), "the sender has gone");
    assert!(sender.join().is_err());
    let (tx, rx) = real::oneshot();
    let receiver = std::thread::spawn(move || {
        let _rx = rx;
        std::panic::resume_unwind(Box::new("a panic of this test"));
    });
    assert!(receiver.join().is_err());
    assert_eq!(tx.send(7), Err(7), "the receiver has gone");
}

#[grade::test(hint = "does the channel depend on the size of what it carries?")]
fn step3_the_size_of_the_value_does_not_matter() {
    let (tx, rx) = real::oneshot();
    tx.send(()).unwrap();
    assert_eq!(rx.recv(), Ok(()), "a value of no size");
    let (tx, rx) = real::oneshot();
    let waiting = std::thread::spawn(move || rx.recv());
    let large: [u64; 4_096] = std::array::from_fn(|index| index as u64);
    tx.send(large).unwrap();
    assert!(waiting.join().unwrap() == Ok(large), "a value of 32 KiB, from another thread");
}
