//! Bytes, a batch in each call, for queues that take a slice.

use anyhow::{Context, Result, ensure};
use labkit::Cost;
use labs::messages::{mark, message};
use rtrb::RingBuffer;

use crate::ROOM;
use crate::e4_spsc_ring::SpscRing;
use crate::threads::{Way, both, until};

pub fn ring(way: Way, size: usize, count: u64) -> Result<Cost> {
    let ring = SpscRing::<ROOM>::new(0);
    let (mut tx, mut rx) = ring.producer().zip(ring.consumer()).context("the ring is new")?;
    pass(way, size, count, |bytes| tx.try_write(bytes), |buf| rx.try_read(buf))
}

pub fn rtrb(way: Way, size: usize, count: u64) -> Result<Cost> {
    let (mut tx, mut rx) = RingBuffer::<u8>::new(ROOM);
    let write = |bytes: &[u8]| tx.push_partial_slice(bytes).0.len();
    pass(way, size, count, write, |buf| rx.pop_partial_slice(buf).0.len())
}

/// Both calls take or give a part of a batch, and say how large it was.
fn pass(
    way: Way,
    size: usize,
    count: u64,
    mut write: impl FnMut(&[u8]) -> usize + Send,
    mut read: impl FnMut(&mut [u8]) -> usize + Send,
) -> Result<Cost> {
    let mut batch = message(size);
    let mut send = |number| {
        mark(&mut batch, number);
        let mut done = 0;
        while done < size {
            done += until(|| Some(write(&batch[done..])).filter(|&len| len > 0));
        }
    };
    let (mut received, mut expected) = (vec![0; size], message(size));
    let mut receive = |number| {
        mark(&mut expected, number);
        let mut done = 0;
        while done < size {
            done += until(|| Some(read(&mut received[done..])).filter(|&len| len > 0));
        }
        received == expected
    };
    let (right, cost) = match way {
        Way::Both => both(
            || (0..count).for_each(&mut send),
            || (0..count).filter(|&number| receive(number)).count(),
        ),
        Way::Alone => Cost::of(|| {
            let pass = |&number: &u64| {
                send(number);
                receive(number)
            };
            Ok((0..count).filter(pass).count())
        }),
    }?;
    ensure!(right as u64 == count, "only {right} of {count} batches came as they were sent");
    Ok(cost)
}
