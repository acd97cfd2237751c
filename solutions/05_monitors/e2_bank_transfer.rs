//! One lock an account, and always taken in the order of the accounts: then no circle of threads can wait
//! for each other. The tempting mistake is to take the giver's lock first and the taker's second.

use crate::sync::{Mutex, MutexGuard};

/// Why a transfer was refused. Nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferError {
    /// There is no account of this number; where both are missing, that of the giver.
    NoSuchAccount(usize),
    /// The giver and the taker are the same.
    SameAccount,
    /// The giver has only this much.
    Insufficient { have: u64 },
    /// The taker would have more than fits into a number.
    TooMuch,
}

/// Accounts, each with a lock of its own.
pub struct Bank {
    accounts: Vec<Mutex<u64>>,
    hook: Box<dyn Fn(usize, usize) + Send + Sync>,
}

impl Bank {
    /// A bank with these balances. Their sum must fit into a number.
    pub fn new(balances: &[u64]) -> Bank {
        let accounts = balances.iter().copied().map(Mutex::new).collect();
        Bank { accounts, hook: Box::new(|_, _| ()) }
    }

    /// The same bank; each transfer calls `hook` with the numbers of the giver and the taker, while it
    /// has the locks of both and has moved nothing yet.
    pub fn with_hook(self, hook: impl Fn(usize, usize) + Send + Sync + 'static) -> Bank {
        Bank { hook: Box::new(hook), ..self }
    }

    /// Moves `amount` from one account to another. Where several errors fit, it is the first of
    /// [`TransferError`].
    pub fn transfer(&self, from: usize, to: usize, amount: u64) -> Result<(), TransferError> {
        for account in [from, to] {
            if account >= self.accounts.len() {
                return Err(TransferError::NoSuchAccount(account));
            }
        }
        if from == to {
            return Err(TransferError::SameAccount);
        }
        // The lower number first, whoever gives.
        let mut lower = lock(&self.accounts[from.min(to)]);
        let mut higher = lock(&self.accounts[from.max(to)]);
        (self.hook)(from, to);
        let (giver, taker) =
            if from < to { (&mut lower, &mut higher) } else { (&mut higher, &mut lower) };
        // Both sums first: a transfer that is refused has changed nothing.
        let left =
            giver.checked_sub(amount).ok_or(TransferError::Insufficient { have: **giver })?;
        let more = taker.checked_add(amount).ok_or(TransferError::TooMuch)?;
        (**giver, **taker) = (left, more);
        Ok(())
    }

    /// All the money at one moment.
    pub fn total(&self) -> u64 {
        // With all locks nobody is in the middle of a transfer. The order is the same as there.
        let accounts: Vec<MutexGuard<'_, u64>> = self.accounts.iter().map(lock).collect();
        accounts.iter().map(|balance| **balance).sum()
    }

    /// What an account has.
    pub fn balance(&self, account: usize) -> Option<u64> {
        self.accounts.get(account).map(|account| *lock(account))
    }
}

/// A hook that panicked has left the balances as they were, so a poisoned account is as good as another.
fn lock(account: &Mutex<u64>) -> MutexGuard<'_, u64> {
    account.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
