//! Accounts with one lock each: transfers that never deadlock, and an audit that always adds up.

use crate::sync::Mutex;

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
    /// has the locks of both and has moved nothing yet. (The tests make transfers meet with it.) Where
    /// it panics nothing has moved, and the bank goes on. A transfer that is refused may call it or not.
    pub fn with_hook(self, hook: impl Fn(usize, usize) + Send + Sync + 'static) -> Bank {
        Bank { hook: Box::new(hook), ..self }
    }

    /// Moves `amount` from one account to another. Where several errors fit, it is the first of
    /// [`TransferError`]. Transfers that have no account in common do not wait for each other.
    pub fn transfer(&self, from: usize, to: usize, amount: u64) -> Result<(), TransferError> {
        // TODO: which lock first?
        (self.hook)(from, to);
        todo!("move {amount} from {from} to {to}")
    }

    /// All the money at one moment.
    pub fn total(&self) -> u64 {
        todo!("add up {} accounts", self.accounts.len())
    }

    /// What an account has.
    pub fn balance(&self, account: usize) -> Option<u64> {
        todo!("look into {account}")
    }
}
