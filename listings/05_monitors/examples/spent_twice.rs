//! No data race, and the money is gone twice all the same.

use model::sync::{Arc, Mutex};
use model::{Model, Rejection, thread};

// ANCHOR: program
fn spend_carelessly(account: &Mutex<u32>, amount: u32) -> bool {
    let is_enough = *account.lock().unwrap() >= amount;
    if is_enough {
        let mut balance = account.lock().unwrap();
        *balance = balance.saturating_sub(amount);
    }
    is_enough
}

fn spend(account: &Mutex<u32>, amount: u32) -> bool {
    let mut balance = account.lock().unwrap();
    let is_enough = *balance >= amount;
    if is_enough {
        *balance -= amount;
    }
    is_enough
}
// ANCHOR_END: program

fn check(spend: fn(&Mutex<u32>, u32) -> bool) -> Result<usize, Rejection> {
    Model::new().try_check(move || {
        let account = Arc::new(Mutex::new(100));
        let theirs = account.clone();
        let other = thread::spawn(move || spend(&theirs, 100));
        let spent = u32::from(spend(&account, 100)) + u32::from(other.join());
        assert_eq!(spent, 1, "how often the same 100 were spent");
    })
}

fn main() {
    println!("{}", check(spend_carelessly).expect_err("two locks are two steps"));
    println!("\none lock: right in all {} interleavings", check(spend).unwrap());
}
