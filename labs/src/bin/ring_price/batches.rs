//! Bytes, a batch in each call, for queues that take a slice.

use anyhow::{Result, ensure};
use labkit::Cost;
use labs::messages::{mark, message};
use rtrb::RingBuffer;

use crate::ROOM;
use crate::threads::{Way, apart, both, fenced, until};
use crate::words::{Ring, ends};

pub fn ring(way: Way, size: usize, count: u64) -> Result<Cost> {
    let ring = Ring::new(0);
    let (mut tx, mut rx) = ends(&ring)?;
    pass(way, size, count, |bytes| some(tx.try_write(bytes)), |buf| some(rx.try_read(buf)))
}

pub fn rtrb(way: Way, size: usize, count: u64) -> Result<Cost> {
    let (mut tx, mut rx) = apart(RingBuffer::<u8>::new(ROOM));
    let write = |bytes: &[u8]| some(tx.push_partial_slice(bytes).0.len());
    pass(way, size, count, write, |buf| some(rx.pop_partial_slice(buf).0.len()))
}

/// As [`rtrb`], with the fence that the ring needs to find a sleeper.
pub fn rtrb_fenced(way: Way, size: usize, count: u64) -> Result<Cost> {
    let (mut tx, mut rx) = apart(RingBuffer::<u8>::new(ROOM));
    let write = |bytes: &[u8]| fenced(some(tx.push_partial_slice(bytes).0.len()));
    pass(way, size, count, write, |buf| fenced(some(rx.pop_partial_slice(buf).0.len())))
}

fn some(len: usize) -> Option<usize> {
    (len > 0).then_some(len)
}

/// Both calls take or give a part of a batch, and say how large it was.
fn pass(
    way: Way,
    size: usize,
    count: u64,
    mut write: impl FnMut(&[u8]) -> Option<usize> + Send,
    mut read: impl FnMut(&mut [u8]) -> Option<usize> + Send,
) -> Result<Cost> {
    let mut batch = message(size);
    let mut send = |number| {
        mark(&mut batch, number);
        let mut done = 0;
        while done < size {
            done += until(|| write(&batch[done..]));
        }
    };
    let (mut received, mut expected) = (vec![0; size], message(size));
    let mut receive = |number| {
        mark(&mut expected, number);
        let mut done = 0;
        while done < size {
            done += until(|| read(&mut received[done..]));
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
