//! Two threads hand a turn to and fro by a futex. Each sleeps while it is the other's.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::{ptr, thread};

use anyhow::{Result, anyhow};
use labkit::Cost;
use nix::libc;

use crate::cores;

/// To the other thread and back, so many times.
///
/// # Errors
///
/// Fails where the other thread may not run `elsewhere`.
pub fn threads(elsewhere: Option<usize>, count: u32) -> Result<Cost> {
    let turn = AtomicU32::new(0);
    let turn = &turn;
    thread::scope(|scope| {
        let other = scope.spawn(move || {
            let placed = elsewhere.map_or(Ok(()), cores::stay_on);
            for trip in 0..=count {
                wait_until(turn, 2 * trip + 1);
                hand_over(turn, 2 * trip + 2);
            }
            placed
        });
        let there_and_back = |trip| {
            hand_over(turn, 2 * trip + 1);
            wait_until(turn, 2 * trip + 2);
        };
        // The first trip waits for the thread to begin.
        there_and_back(0);
        let ((), cost) = Cost::of(|| {
            (1..=count).for_each(there_and_back);
            Ok(())
        })?;
        other.join().map_err(|_| anyhow!("the other thread has panicked"))??;
        Ok(cost)
    })
}

fn wait_until(turn: &AtomicU32, wanted: u32) {
    loop {
        let seen = turn.load(SeqCst);
        if seen == wanted {
            return;
        }
        let operation = libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG;
        let no_limit = ptr::null::<libc::timespec>();
        // SAFETY: the word lives as long as the reference. An error means: look again.
        unsafe { libc::syscall(libc::SYS_futex, turn.as_ptr(), operation, seen, no_limit) };
    }
}

fn hand_over(turn: &AtomicU32, next: u32) {
    turn.store(next, SeqCst);
    let operation = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the word lives as long as the reference.
    unsafe { libc::syscall(libc::SYS_futex, turn.as_ptr(), operation, 1) };
}
