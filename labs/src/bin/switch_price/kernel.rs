//! Round trips that the kernel makes: two threads, and two processes, on one core.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::{ptr, thread};

use anyhow::{Result, ensure};
use labkit::Cost;
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

/// Two threads hand a turn to and fro. Each sleeps while it is the other's.
pub fn threads(count: u32) -> Result<Cost> {
    let turn = AtomicU32::new(0);
    let turn = &turn;
    thread::scope(|scope| {
        let other = scope.spawn(move || {
            for trip in 0..=count {
                wait_until(turn, 2 * trip + 1);
                hand_over(turn, 2 * trip + 2);
            }
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
        ensure!(other.join().is_ok(), "the other thread has panicked");
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

/// Two processes pass a byte to and fro.
pub fn processes(count: u32) -> Result<Cost> {
    let (to_read, to_write) = pipe()?;
    let (fro_read, fro_write) = pipe()?;
    // SAFETY: this process has one thread.
    match unsafe { fork() }? {
        ForkResult::Child => {
            drop((to_write, fro_read));
            let status = i32::from(send_back(to_read, fro_write).is_err());
            // SAFETY: `_exit` takes any status, and runs nothing of the parent's on its way out.
            unsafe { libc::_exit(status) }
        }
        ForkResult::Parent { child } => {
            drop((to_read, fro_write));
            let cost = send_and_wait(to_write, fro_read, count);
            let ended = waitpid(child, None)?;
            ensure!(ended == WaitStatus::Exited(child, 0), "the other process has failed");
            cost
        }
    }
}

fn send_and_wait(mut to: PipeWriter, mut fro: PipeReader, count: u32) -> Result<Cost> {
    let mut there_and_back = || -> Result<()> {
        to.write_all(&[1])?;
        Ok(fro.read_exact(&mut [0])?)
    };
    there_and_back()?;
    let ((), cost) = Cost::of(|| (0..count).try_for_each(|_| there_and_back()))?;
    Ok(cost)
}

/// Sends each byte back, until no more can come.
fn send_back(mut to: PipeReader, mut fro: PipeWriter) -> Result<()> {
    let mut byte = [0];
    while to.read(&mut byte)? == 1 {
        fro.write_all(&byte)?;
    }
    Ok(())
}
