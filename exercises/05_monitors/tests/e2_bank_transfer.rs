//! Exercise 5.2: `monitors::e2_bank_transfer`, in the model, and on threads of the system.

use std::panic::{AssertUnwindSafe, catch_unwind};

use model::{Model, sync, thread};
use monitors::e2_bank_transfer as real;
use sync::{Arc, AtomicUsize, Ordering::SeqCst};

#[cfg_attr(feature = "solution", path = "../../../solutions/05_monitors/e2_bank_transfer.rs")]
#[cfg_attr(not(feature = "solution"), path = "../src/e2_bank_transfer.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e2_bank_transfer;

use e2_bank_transfer::{Bank, TransferError};

/// In a model, other threads each do one thing with the bank, and so does the thread of the model.
fn together(
    preemptions: usize,
    bank: impl Fn() -> Bank + Send + Sync + 'static,
    mine: fn(&Bank),
    others: &'static [fn(&Bank)],
) {
    Model::new().preemptions(preemptions).check(move || {
        let bank = Arc::new(bank());
        let others: Vec<_> = others
            .iter()
            .map(|other| {
                let bank = bank.clone();
                thread::spawn(move || other(&bank))
            })
            .collect();
        mine(&bank);
        others.into_iter().for_each(thread::JoinHandle::join);
        assert_eq!(bank.total(), 100, "the money of the bank, in the end");
    });
}

#[grade::test(hint = "what does each account have after a transfer?")]
fn a_transfer_moves_money() {
    let bank = real::Bank::new(&[70, 30, 0]);
    assert_eq!(bank.transfer(0, 1, 20), Ok(()));
    assert_eq!(bank.transfer(1, 2, 50), Ok(()), "all that it has");
    assert_eq!(
        [0, 1, 2, 3].map(|account| bank.balance(account)),
        [Some(50), Some(0), Some(50), None]
    );
    assert_eq!(bank.total(), 100);
}

#[grade::test(hint = "what is looked at first, and what has changed when a transfer is refused?")]
fn a_transfer_that_is_refused_changes_nothing() {
    use real::TransferError::{Insufficient, NoSuchAccount, SameAccount, TooMuch};

    let bank = real::Bank::new(&[70, u64::MAX - 70]);
    assert_eq!(bank.transfer(0, 1, 71), Err(Insufficient { have: 70 }));
    assert_eq!(bank.transfer(0, 0, 1), Err(SameAccount));
    assert_eq!(bank.transfer(0, 2, 1), Err(NoSuchAccount(2)));
    assert_eq!(bank.transfer(3, 0, 1), Err(NoSuchAccount(3)));
    assert_eq!(bank.transfer(4, 5, 1), Err(NoSuchAccount(4)), "the giver is named first");
    assert_eq!(bank.transfer(6, 6, 1), Err(NoSuchAccount(6)), "the same, and missing");
    let rich = real::Bank::new(&[5, u64::MAX - 5]);
    assert_eq!(rich.transfer(0, 1, 5), Ok(()), "it fits");
    let full = real::Bank::new(&[5, u64::MAX]);
    assert_eq!(full.transfer(0, 1, 5), Err(TooMuch));
    assert_eq!([0, 1].map(|account| full.balance(account)), [Some(5), Some(u64::MAX)]);
    assert_eq!([0, 1].map(|account| bank.balance(account)), [Some(70), Some(u64::MAX - 70)]);
}

#[grade::test(hint = "which circle of threads must be impossible?")]
fn transfers_in_both_directions_do_not_wait_for_ever() {
    together(
        3,
        || Bank::new(&[50, 50]),
        |bank| assert_eq!(bank.transfer(0, 1, 10), Ok(())),
        &[|bank| assert_eq!(bank.transfer(1, 0, 20), Ok(()))],
    );
}

#[grade::test(timeout_ms = 20_000, hint = "which circle of threads must be impossible?")]
fn transfers_in_a_circle_do_not_wait_for_ever() {
    together(
        2,
        || Bank::new(&[40, 30, 30]),
        |bank| assert_eq!(bank.transfer(0, 1, 10), Ok(())),
        &[
            |bank| assert_eq!(bank.transfer(1, 2, 10), Ok(())),
            |bank| assert_eq!(bank.transfer(2, 0, 10), Ok(())),
        ],
    );
}

#[grade::test(hint = "between the look at the balance and the change, who may come?")]
fn the_last_money_is_spent_once() {
    fn spend(bank: &Bank) {
        match bank.transfer(0, 1, 100) {
            Ok(()) | Err(TransferError::Insufficient { have: 0 }) => {}
            other => panic!("the account has 100 or nothing, and the transfer returns {other:?}"),
        }
    }
    together(3, || Bank::new(&[100, 0]), spend, &[spend]);
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "in which order does an audit lock the accounts, and how many at a time?"
)]
fn an_audit_sees_all_the_money_at_every_moment() {
    fn audit(bank: &Bank) {
        assert_eq!(bank.total(), 100, "no money is created, and none is lost");
    }
    together(
        3,
        || Bank::new(&[50, 50]),
        audit,
        &[|bank| assert_eq!(bank.transfer(0, 1, 10), Ok(()))],
    );
    together(
        3,
        || Bank::new(&[50, 50]),
        audit,
        &[|bank| assert_eq!(bank.transfer(1, 0, 10), Ok(()))],
    );
    together(3, || Bank::new(&[50, 50]), audit, &[audit]);
}

#[grade::test(hint = "which transfers have a lock in common?")]
fn transfers_without_a_common_account_run_at_the_same_time() {
    // Each transfer goes on only when both have their locks.
    let bank = || {
        let inside = Arc::new(AtomicUsize::new(0));
        Bank::new(&[30, 20, 30, 20]).with_hook(move |_, _| {
            inside.fetch_add(1, SeqCst);
            while inside.load(SeqCst) < 2 {
                thread::yield_now();
            }
        })
    };
    together(
        2,
        bank,
        |bank| assert_eq!(bank.transfer(0, 1, 10), Ok(())),
        &[|bank| assert_eq!(bank.transfer(3, 2, 10), Ok(()))],
    );
}

#[grade::test(
    hint = "which locks does a transfer have when it calls the hook, and what has it moved?"
)]
fn the_hook_is_called_with_both_locks_and_before_the_change() {
    static SEEN: std::sync::Mutex<Vec<(usize, usize)>> = std::sync::Mutex::new(Vec::new());
    let bank =
        real::Bank::new(&[70, 30]).with_hook(|from, to| SEEN.lock().unwrap().push((from, to)));
    bank.transfer(0, 1, 10).unwrap();
    bank.transfer(1, 0, 10).unwrap();
    assert_eq!(*SEEN.lock().unwrap(), [(0, 1), (1, 0)], "giver and taker of each transfer");

    // While one transfer is in its hook, no other with an account in common gets there.
    let bank = || {
        let inside = Arc::new(AtomicUsize::new(0));
        Bank::new(&[40, 30, 30]).with_hook(move |_, _| {
            assert_eq!(inside.fetch_add(1, SeqCst), 0, "another transfer has one of the locks");
            thread::yield_now();
            inside.fetch_sub(1, SeqCst);
        })
    };
    let transfer: fn(&Bank) = |bank| assert_eq!(bank.transfer(0, 1, 10), Ok(()));
    together(2, bank, transfer, &[|bank| assert_eq!(bank.transfer(1, 2, 10), Ok(()))]);
    together(2, bank, transfer, &[|bank| assert_eq!(bank.transfer(2, 0, 10), Ok(()))]);
}

#[grade::test(hint = "what does a panic leave behind in a lock, and is the balance wrong?")]
fn a_hook_that_panics_moves_nothing_and_the_bank_goes_on() {
    let bank = real::Bank::new(&[70, 30]).with_hook(|from, _| assert_ne!(from, 1, "not from 1"));
    let result = catch_unwind(AssertUnwindSafe(|| bank.transfer(1, 0, 10)));
    assert!(result.is_err(), "the panic of the hook goes on to the caller");
    assert_eq!([0, 1].map(|account| bank.balance(account)), [Some(70), Some(30)], "nothing moved");
    assert_eq!(bank.total(), 100);
    assert_eq!(bank.transfer(0, 1, 10), Ok(()), "the bank goes on");
}
