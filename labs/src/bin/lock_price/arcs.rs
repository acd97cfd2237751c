//! Reference counts: an operation is to clone an owner, to read the value, and to drop the clone.

use std::hint::black_box;
use std::sync::Arc;

use anyhow::{Result, ensure};

use crate::e5_arc_weak::MyArc;
use crate::threads::together;

pub fn my_arc(threads: usize, operations: u64) -> Result<()> {
    let arc = MyArc::new(7_u64);
    rounds(threads, operations, || *black_box(arc.clone()));
    ensure!(MyArc::try_unwrap(arc).is_ok_and(|value| value == 7), "an owner is left");
    Ok(())
}

pub fn std_arc(threads: usize, operations: u64) -> Result<()> {
    let arc = Arc::new(7_u64);
    rounds(threads, operations, || *black_box(arc.clone()));
    ensure!(Arc::try_unwrap(arc) == Ok(7), "an owner is left");
    Ok(())
}

fn rounds(threads: usize, operations: u64, read: impl Fn() -> u64 + Sync) {
    let each = operations / threads as u64;
    together(threads, |_| {
        for _ in 0..each {
            black_box(read());
        }
    });
}
