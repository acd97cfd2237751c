//! One word at a time: from one thread to the other, or to and fro.

use anyhow::{Context, Result, ensure};
use crossbeam::queue::ArrayQueue;
use crossbeam::utils::CachePadded;
use labkit::Cost;
use rtrb::RingBuffer;

use crate::ROOM;
use crate::e4_spsc_ring::{Consumer, Producer, SpscRing};
use crate::threads::{Way, apart, both, fenced, until};

pub type Ring = SpscRing<ROOM>;

/// The ends of a ring.
type Ends<'a> = (CachePadded<Producer<'a, ROOM>>, CachePadded<Consumer<'a, ROOM>>);

/// The size of a word. Every queue holds the same number of them.
const WORD: usize = size_of::<u64>();

/// How many words one thread pushes before it pops them: they all have room.
const FILL: usize = ROOM / WORD / 8;

pub fn ring(way: Way, count: u64) -> Result<Cost> {
    let ring = Ring::new(0);
    let (mut tx, mut rx) = ends(&ring)?;
    one_way(way, count, |word| write(&mut tx, word), || read(&mut rx))
}

pub fn rtrb(way: Way, count: u64) -> Result<Cost> {
    let (mut tx, mut rx) = apart(RingBuffer::<u64>::new(ROOM / WORD));
    one_way(way, count, |word| tx.push(word).ok(), || rx.pop().ok())
}

pub fn array_queue(way: Way, count: u64) -> Result<Cost> {
    let queue = ArrayQueue::<u64>::new(ROOM / WORD);
    one_way(way, count, |word| queue.push(word).ok(), || queue.pop())
}

/// As [`rtrb`], with words that are copied as the bytes that they are.
pub fn rtrb_bytes(way: Way, count: u64) -> Result<Cost> {
    let (mut tx, mut rx) = apart(RingBuffer::<u8>::new(ROOM));
    one_way(way, count, |word| push_bytes(&mut tx, word), || pop_bytes(&mut rx))
}

/// As [`rtrb_bytes`], with the fence that the ring needs to find a sleeper.
pub fn rtrb_fenced(way: Way, count: u64) -> Result<Cost> {
    let (mut tx, mut rx) = apart(RingBuffer::<u8>::new(ROOM));
    one_way(way, count, |word| fenced(push_bytes(&mut tx, word)), || fenced(pop_bytes(&mut rx)))
}

pub fn ring_trips(count: u64) -> Result<Cost> {
    let (to, fro) = (Ring::new(0), Ring::new(0));
    let (mut to_tx, mut to_rx) = ends(&to)?;
    let (mut fro_tx, mut fro_rx) = ends(&fro)?;
    to_and_fro(
        count,
        (|word| write(&mut to_tx, word), || read(&mut fro_rx)),
        (|word| write(&mut fro_tx, word), || read(&mut to_rx)),
    )
}

pub fn rtrb_trips(count: u64) -> Result<Cost> {
    let (mut to_tx, mut to_rx) = apart(RingBuffer::<u64>::new(ROOM / WORD));
    let (mut fro_tx, mut fro_rx) = apart(RingBuffer::<u64>::new(ROOM / WORD));
    to_and_fro(
        count,
        (|word| to_tx.push(word).ok(), || fro_rx.pop().ok()),
        (|word| fro_tx.push(word).ok(), || to_rx.pop().ok()),
    )
}

pub fn rtrb_bytes_trips(count: u64) -> Result<Cost> {
    let (mut to_tx, mut to_rx) = apart(RingBuffer::<u8>::new(ROOM));
    let (mut fro_tx, mut fro_rx) = apart(RingBuffer::<u8>::new(ROOM));
    to_and_fro(
        count,
        (|word| push_bytes(&mut to_tx, word), || pop_bytes(&mut fro_rx)),
        (|word| push_bytes(&mut fro_tx, word), || pop_bytes(&mut to_rx)),
    )
}

pub fn rtrb_fenced_trips(count: u64) -> Result<Cost> {
    let (mut to_tx, mut to_rx) = apart(RingBuffer::<u8>::new(ROOM));
    let (mut fro_tx, mut fro_rx) = apart(RingBuffer::<u8>::new(ROOM));
    to_and_fro(
        count,
        (|word| fenced(push_bytes(&mut to_tx, word)), || fenced(pop_bytes(&mut fro_rx))),
        (|word| fenced(push_bytes(&mut fro_tx, word)), || fenced(pop_bytes(&mut to_rx))),
    )
}

pub fn array_queue_trips(count: u64) -> Result<Cost> {
    let (to, fro) = (ArrayQueue::new(ROOM / WORD), ArrayQueue::new(ROOM / WORD));
    to_and_fro(
        count,
        (|word| to.push(word).ok(), || fro.pop()),
        (|word| fro.push(word).ok(), || to.pop()),
    )
}

/// Both ends of a new ring.
pub fn ends(ring: &Ring) -> Result<Ends<'_>> {
    ring.producer().zip(ring.consumer()).map(apart).context("somebody has an end of it")
}

/// The room is a multiple of a word, so a word goes in whole or not at all.
fn write(tx: &mut Producer<'_, ROOM>, word: u64) -> Option<()> {
    (tx.try_write(&word.to_ne_bytes()) == WORD).then_some(())
}

fn read(rx: &mut Consumer<'_, ROOM>) -> Option<u64> {
    let mut word = [0; WORD];
    (rx.try_read(&mut word) == WORD).then(|| u64::from_ne_bytes(word))
}

fn push_bytes(tx: &mut rtrb::Producer<u8>, word: u64) -> Option<()> {
    tx.push_entire_slice(&word.to_ne_bytes()).ok()
}

fn pop_bytes(rx: &mut rtrb::Consumer<u8>) -> Option<u64> {
    let mut word = [0; WORD];
    rx.pop_entire_slice(&mut word).ok().map(|()| u64::from_ne_bytes(word))
}

fn one_way(
    way: Way,
    count: u64,
    mut push: impl FnMut(u64) -> Option<()> + Send,
    mut pop: impl FnMut() -> Option<u64> + Send,
) -> Result<Cost> {
    let (right, cost) = match way {
        Way::Both => both(
            || (0..count).for_each(|word| until(|| push(word))),
            || (0..count).filter(|&word| until(&mut pop) == word).count() as u64,
        ),
        Way::Alone => Cost::of(|| {
            let mut right = 0;
            for start in (0..count).step_by(FILL) {
                let words = start..count.min(start + FILL as u64);
                right += words.clone().filter(|&word| push(word).is_some()).count();
                right -= words.filter(|&word| pop() != Some(word)).count();
            }
            Ok(right as u64)
        }),
    }?;
    ensure!(right == count, "only {right} of {count} words came where they should");
    Ok(cost)
}

fn to_and_fro(
    count: u64,
    (mut send, mut receive): (
        impl FnMut(u64) -> Option<()> + Send,
        impl FnMut() -> Option<u64> + Send,
    ),
    (mut answer, mut take): (
        impl FnMut(u64) -> Option<()> + Send,
        impl FnMut() -> Option<u64> + Send,
    ),
) -> Result<Cost> {
    let (right, cost) = both(
        || {
            for _ in 0..count {
                let word = until(&mut take);
                until(|| answer(word + 1));
            }
        },
        || {
            let trip = |word: &u64| {
                until(|| send(*word));
                until(&mut receive) == word + 1
            };
            (0..count).filter(trip).count() as u64
        },
    )?;
    ensure!(right == count, "only {right} of {count} words came back as they should");
    Ok(cost)
}
