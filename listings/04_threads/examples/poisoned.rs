//! A lock whose holder panicked says so, and the next one decides.

use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

// ANCHOR: main
fn main() {
    panic::set_hook(Box::new(|_| {})); // Prints nothing, so that the page stays short.
    let accounts = Mutex::new([100, 0]);

    let transfer = AssertUnwindSafe(|| {
        let mut accounts = accounts.lock().unwrap();
        accounts[0] -= 40;
        let _rate: u32 = "1.5".parse().unwrap();
        accounts[1] += 40;
    });
    println!("caught: {}, poisoned: {}", catch_unwind(transfer).is_err(), accounts.is_poisoned());

    let mut guard = accounts.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    println!("found {guard:?}");
    *guard = [100, 0];
    drop(guard);
    accounts.clear_poison();
    println!("mended: {:?}", accounts.lock());
}
// ANCHOR_END: main
