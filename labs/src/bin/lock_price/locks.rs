//! Locks: an operation is to take one, to add one, and to free it.

use anyhow::{Result, ensure};

use crate::e1_spin_lock::SpinLock;
use crate::e2_futex_mutex::FutexMutex;
use crate::threads::together;

pub fn futex_mutex(threads: usize, operations: u64) -> Result<()> {
    let count = FutexMutex::new(0);
    rounds(threads, operations, || *count.lock() += 1);
    done(*count.lock(), operations)
}

pub fn spin_lock(threads: usize, operations: u64) -> Result<()> {
    let count = SpinLock::new(0);
    rounds(threads, operations, || *count.lock() += 1);
    done(*count.lock(), operations)
}

pub fn std_mutex(threads: usize, operations: u64) -> Result<()> {
    let count = std::sync::Mutex::new(0);
    let add = || *count.lock().expect("nothing panics here") += 1;
    rounds(threads, operations, add);
    done(*count.lock().expect("nothing panics here"), operations)
}

pub fn parking_lot_mutex(threads: usize, operations: u64) -> Result<()> {
    let count = parking_lot::Mutex::new(0);
    rounds(threads, operations, || *count.lock() += 1);
    done(*count.lock(), operations)
}

fn rounds(threads: usize, operations: u64, add: impl Fn() + Sync) {
    let each = operations / threads as u64;
    together(threads, |_| (0..each).for_each(|_| add()));
}

fn done(count: u64, operations: u64) -> Result<()> {
    ensure!(count == operations, "{count} of {operations} were counted");
    Ok(())
}
