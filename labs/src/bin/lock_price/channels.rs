//! Channels for one value: an operation is to make one, to send, and to receive. With several
//! threads, each sends to the next.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::mpsc;

use anyhow::{Result, ensure};

use crate::e4_oneshot;
use crate::threads::together;

pub fn oneshot(threads: usize, operations: u64) -> Result<()> {
    exchange(
        threads,
        operations,
        e4_oneshot::oneshot,
        |tx, value| tx.send(value).is_ok(),
        |rx| rx.recv().ok(),
    )
}

pub fn std_channel(threads: usize, operations: u64) -> Result<()> {
    let make = || mpsc::sync_channel(1);
    exchange(threads, operations, make, |tx, value| tx.send(value).is_ok(), |rx| rx.recv().ok())
}

pub fn tokio_oneshot(threads: usize, operations: u64) -> Result<()> {
    let make = tokio::sync::oneshot::channel;
    let send = |tx: tokio::sync::oneshot::Sender<u64>, value| tx.send(value).is_ok();
    exchange(threads, operations, make, send, |rx| rx.blocking_recv().ok())
}

/// Even threads send and odd ones receive; one thread alone does both.
fn exchange<Tx: Send, Rx: Send>(
    threads: usize,
    operations: u64,
    make: impl Fn() -> (Tx, Rx) + Sync,
    send: impl Fn(Tx, u64) -> bool + Sync,
    receive: impl Fn(Rx) -> Option<u64> + Sync,
) -> Result<()> {
    if threads == 1 {
        let sum = Cell::new(0);
        for value in 0..operations {
            let (tx, rx) = make();
            ensure!(send(tx, value), "the receiver has gone");
            sum.set(sum.get() + receive(rx).unwrap_or(0));
        }
        return done(sum.get(), operations);
    }
    let each = operations / (threads as u64 / 2);
    let (mut senders, mut receivers) = (Vec::new(), Vec::new());
    for _ in 0..threads / 2 {
        let (tx, rx): (Vec<Tx>, Vec<Rx>) = (0..each).map(|_| make()).unzip();
        senders.push(Mutex::new(tx));
        receivers.push(Mutex::new(rx));
    }
    let sum = Mutex::new(0);
    together(threads, |number| {
        let pair = number / 2;
        if number % 2 == 0 {
            let senders = std::mem::take(&mut *senders[pair].lock().expect("no panic"));
            let base = pair as u64 * each;
            for (value, tx) in (base..).zip(senders) {
                // A value that does not arrive is missing from the sum.
                send(tx, value);
            }
        } else {
            let receivers = std::mem::take(&mut *receivers[pair].lock().expect("no panic"));
            let received: u64 = receivers.into_iter().filter_map(&receive).sum();
            *sum.lock().expect("no panic") += received;
        }
    });
    done(*sum.lock().expect("no panic"), operations)
}

fn done(sum: u64, operations: u64) -> Result<()> {
    let wanted = operations * (operations - 1) / 2;
    ensure!(sum == wanted, "the values received have the sum {sum}, not {wanted}");
    Ok(())
}
