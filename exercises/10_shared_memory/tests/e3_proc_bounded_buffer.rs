//! Exercise 10.3: `shared_memory::e3_proc_bounded_buffer`.

#[path = "support/futexes.rs"]
mod futexes;
#[path = "support/pauses.rs"]
mod pauses;
#[path = "support/peer.rs"]
mod peer;

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use grade::naps;
use pauses::{PAUSES, PausingAllocator};
use peer::{Next, Peer};
use shared_memory::e3_proc_bounded_buffer::{Ring, RingError, SLOT, create};
use shared_memory::given::SharedCell;

grade::note_naps!();

#[global_allocator]
static ALLOCATOR: PausingAllocator = PausingAllocator;

/// No wait at all.
const ONE_LOOK: Duration = Duration::ZERO;
/// For what is there already, or comes as soon as another process has the processor.
const ENOUGH: Duration = Duration::from_secs(3);
/// For what does not come.
const SHORT: Duration = Duration::from_millis(50);

/// No sleep that may last for ever is limited to less.
const FOR_EVER: Duration = Duration::from_secs(100_000);

/// What a process says before it calls, and when the call has returned.
const CALLS: u8 = b'c';
const DONE: u8 = b'd';
/// It has returned, after sleeps that were too long, or many short ones.
const TOO_LONG: u8 = b'l';
const POLLS: u8 = b'p';

/// Takes a message that is there.
#[track_caller]
fn next<const N: usize>(ring: &Ring<N>) -> String {
    let message = ring.get(ENOUGH).expect("`get` waits for a message that is there");
    String::from_utf8_lossy(&message).into_owned()
}

#[track_caller]
fn is_empty<const N: usize>(ring: &Ring<N>) {
    assert_eq!(ring.get(ONE_LOOK), Err(RingError::TimedOut), "`get` of a ring without messages");
}

#[track_caller]
fn is_too_long<const N: usize>(ring: &Ring<N>, message: &[u8]) {
    let put = ring.put(message, ONE_LOOK);
    assert_eq!(
        put,
        Err(RingError::TooLong),
        "{} bytes never fit into a slot of {SLOT}, and no wait changes that: look at the length first",
        message.len()
    );
}

/// A process that calls, and may wait for ever. It says so before, and when the call has returned.
fn caller(call: impl FnOnce()) -> Peer {
    let mut caller = Peer::forks(|test| {
        test.hears(CALLS);
        naps::watch();
        futexes::watch();
        call();
        let shortest = futexes::limits().into_iter().chain(naps::shortest()).min();
        test.hears(if shortest < Some(FOR_EVER) && shortest.is_some() { POLLS } else { DONE });
        test.lets_go_on();
    });
    assert_eq!(caller.says(), CALLS);
    caller
}

/// Waits for the return of a call, and for the end of the process.
#[track_caller]
fn returns(mut caller: Peer) {
    let says = caller.says();
    assert_ne!(
        says, POLLS,
        "a call has slept for some time and looked again: it waits for a wake-up"
    );
    assert_eq!(says, DONE);
    caller.goes_on();
    caller.ends();
}

/// A process that puts a message, and stops where it reads what it puts.
fn producer_in_the_middle<const N: usize>(ring: &Ring<N>, message: &[u8]) -> Peer {
    let mut producer = Peer::forks(|test| {
        pauses::where_it_is_read(message, test, |message| ring.put(message, ENOUGH).unwrap());
    });
    assert_eq!(producer.says(), PAUSES);
    producer
}

#[grade::test(hint = "which bytes are the message, and which are left from another one?")]
fn step1_messages_come_out_as_they_went_in() {
    let ring = create::<3>().unwrap();
    let full = [b'f'; SLOT];
    for round in 0..10 {
        let messages: [&[u8]; 3] = [&full, b"", &[0, round, 0xFF, b'\n', 0]];
        for first in 0..3 {
            let order = [messages[first], messages[(first + 1) % 3], messages[(first + 2) % 3]];
            // Two are there when the third comes.
            assert_eq!(ring.put(order[0], ONE_LOOK), Ok(()), "an empty ring of 3 slots");
            assert_eq!(ring.put(order[1], ONE_LOOK), Ok(()), "1 of 3 slots is used");
            assert_eq!(ring.get(ONE_LOOK).as_deref(), Ok(order[0]), "the first message");
            assert_eq!(ring.put(order[2], ONE_LOOK), Ok(()), "1 of 3 slots is used");
            assert_eq!(ring.get(ONE_LOOK).as_deref(), Ok(order[1]), "the second message");
            assert_eq!(ring.get(ONE_LOOK).as_deref(), Ok(order[2]), "the third message");
        }
    }
}

/// Fills a ring, and empties it.
fn holds<const N: usize>() {
    let ring = create::<N>().unwrap();
    for _ in 0..2 {
        is_empty(&ring);
        for number in 0..N {
            let put = ring.put(&[number as u8], ONE_LOOK);
            assert_eq!(put, Ok(()), "{number} messages are in a ring of {N} slots");
        }
        for _ in 0..=N {
            let put = ring.put(b"more", ONE_LOOK);
            assert_eq!(put, Err(RingError::TimedOut), "all {N} slots are used");
            // This takes no slot with it.
            is_too_long(&ring, &[b'l'; SLOT + 1]);
        }
        for number in 0..N {
            let message = ring.get(ONE_LOOK);
            assert_eq!(message, Ok(vec![number as u8]), "message {number} of a ring of {N}");
        }
        for _ in 0..=N {
            is_empty(&ring);
            is_too_long(&ring, &[b'l'; 2 * SLOT]);
        }
    }
}

#[grade::test(
    hint = "how many permits has each semaphore when the ring is empty, and how many when it is \
            full? What has a call taken that fails, and which failure needs no wait?"
)]
fn step1_a_ring_holds_so_many_messages() {
    holds::<3>();
    holds::<1>();
    holds::<8>();
}

/// Lets a counter of the ring that has come to `count` go on shortly before 2^32, at the same slot. A
/// ring may have none.
fn leap_ahead<const N: usize>(ring: &Ring<N>, count: u32) {
    let late = u32::MAX - (u32::MAX - count) % N as u32;
    let words = size_of::<Ring<N>>() / size_of::<u32>();
    let start: *const AtomicU32 = (&raw const *ring).cast();
    for word in 0..words {
        // SAFETY: the word is in the ring, which is aligned for it. The ring is in memory that others
        // may change, and at this time nobody else uses it.
        let word = unsafe { &*start.add(word) };
        // Relaxed: nobody else is there.
        let _ = word.compare_exchange(count, late, Relaxed, Relaxed);
    }
}

#[grade::test(
    hint = "4294967295 is followed by 0, where a number has 32 bits: which slot of 3 is that, and \
            the next?"
)]
fn step1_the_ring_goes_on_after_2_to_the_32() {
    const BEFORE: u32 = 1_001;
    let ring = create::<3>().unwrap();
    for _ in 0..BEFORE {
        ring.put(b"before", ONE_LOOK).unwrap();
        assert_eq!(next(&ring), "before");
    }
    leap_ahead(&ring, BEFORE);
    for round in 0..3 {
        for message in ["a", "b", "c"] {
            let put = ring.put(message.as_bytes(), ONE_LOOK);
            assert_eq!(put, Ok(()), "{message} is put after 2^32 messages, in round {round}");
        }
        for message in ["a", "b", "c"] {
            assert_eq!(next(&ring), message, "round {round} after 2^32 messages");
        }
    }
    is_empty(&ring);
}

#[grade::test(
    timeout_ms = 15_000,
    hint = "a producer waits for a slot: what does it have meanwhile that a consumer needs, and who \
            wakes it?"
)]
fn step2_who_waits_keeps_nobody_out() {
    let ring = create::<2>().unwrap();
    let mut consumer = caller(|| assert_eq!(ring.get(Duration::MAX), Ok(b"a".to_vec())));
    assert_eq!(consumer.next(), Next::Sleeps, "a consumer of an empty ring");
    assert_eq!(ring.put(b"a", ENOUGH), Ok(()), "the ring is empty, and a consumer waits");
    returns(consumer);

    assert_eq!(ring.put(b"b", ENOUGH), Ok(()));
    assert_eq!(ring.put(b"c", ENOUGH), Ok(()));
    let mut producer = caller(|| assert_eq!(ring.put(b"d", Duration::MAX), Ok(())));
    assert_eq!(producer.next(), Next::Sleeps, "a producer of a full ring");
    let got = ring.get(ENOUGH);
    assert_eq!(got, Ok(b"b".to_vec()), "the ring is full, and a producer waits");
    returns(producer);
    assert_eq!([next(&ring), next(&ring)], ["c", "d"], "what is left");
    is_empty(&ring);
}

const PRODUCERS: u32 = 3;
const EACH: u32 = 6_000;
const ALL: usize = (PRODUCERS * EACH) as usize;

#[grade::test(
    timeout_ms = 30_000,
    hint = "two producers use the slots, or two consumers: at which moment may both do so?"
)]
fn step2_each_message_is_taken_once() {
    let ring = create::<5>().unwrap();
    let taken = SharedCell::<[AtomicU32; ALL]>::anonymous().unwrap();
    let consumers: Vec<Peer> = (0..2)
        .map(|_| {
            Peer::forks(|_| {
                let mut last = [None; PRODUCERS as usize];
                loop {
                    let message = ring.get(Duration::MAX).unwrap();
                    let Ok(number) = <[u8; 4]>::try_from(&message[..]) else { break };
                    let number = u32::from_ne_bytes(number);
                    // Relaxed: the test reads it when this process has ended.
                    taken[number as usize].fetch_add(1, Relaxed);
                    let last = &mut last[(number / EACH) as usize];
                    assert!(*last < Some(number), "message {number} comes after {last:?}");
                    *last = Some(number);
                }
            })
        })
        .collect();
    let producers = (0..PRODUCERS).map(|producer| {
        Peer::forks(|_| {
            for number in producer * EACH..(producer + 1) * EACH {
                ring.put(&number.to_ne_bytes(), Duration::MAX).unwrap();
            }
        })
    });
    producers.collect::<Vec<_>>().into_iter().for_each(Peer::ends);
    consumers.iter().for_each(|_| assert_eq!(ring.put(b"the end", ENOUGH), Ok(())));
    consumers.into_iter().for_each(Peer::ends);
    let wrong = taken.iter().enumerate().find(|(_, times)| times.load(Relaxed) != 1);
    assert!(wrong.is_none(), "a message, and how often consumers have taken it: {wrong:?}");
    is_empty(&ring);
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "a program that was not forked has the descriptor: what else does it need to know of the \
            ring?"
)]
fn step2_an_unrelated_program_has_the_same_ring() {
    if let Some((memory, mut test)) = peer::program() {
        let ring = SharedCell::<Ring<3>>::attach(memory).unwrap();
        test.hears(CALLS);
        let mut message = ring.get(Duration::MAX).unwrap();
        message.extend_from_slice(b", said a program");
        ring.put(&message, Duration::MAX).unwrap();
        test.hears(DONE);
        test.lets_go_on();
        return;
    }
    let ring = create::<3>().unwrap();
    let memory = ring.fd().expect("`create` makes memory with a descriptor");
    let mut program = Peer::starts("step2_an_unrelated_program_has_the_same_ring", memory);
    assert_eq!(program.says(), CALLS);
    assert_eq!(program.next(), Next::Sleeps, "a program waits for a message");
    assert_eq!(ring.put(b"hello", ENOUGH), Ok(()));
    assert_eq!(program.says(), DONE);
    assert_eq!(next(&ring), "hello, said a program");
    is_empty(&ring);
}

#[grade::test(
    timeout_ms = 15_000,
    hint = "this test stops a producer where it reads the message that it puts. Another producer \
            comes then, and a consumer: what do they find?"
)]
fn step3_a_message_is_there_when_all_of_it_is_there() {
    let ring = create::<3>().unwrap();
    let mut slow = producer_in_the_middle(&ring, b"slow");
    is_empty(&ring);
    // It puts its message, or waits for the slow one.
    let mut quick = caller(|| ring.put(b"quick", Duration::MAX).unwrap());
    let now = quick.next();
    assert_ne!(now, Next::Runs, "another producer uses the processor while it waits");
    match ring.get(SHORT) {
        Err(RingError::TimedOut) => {}
        Ok(message) if message == b"quick" => ring.put(&message, ENOUGH).unwrap(),
        other => panic!("one message is half in the ring, and one may be there: {other:?}"),
    }
    slow.goes_on();
    slow.ends();
    returns(quick);
    let mut messages = [next(&ring), next(&ring)];
    messages.sort();
    assert_eq!(messages, ["quick", "slow"], "the messages of two producers");
    is_empty(&ring);
}

#[grade::test(
    timeout_ms = 15_000,
    hint = "this test stops a consumer where it allocates memory for the message. Producers come \
            then: which slots are free?"
)]
fn step3_a_slot_is_free_when_all_of_its_message_was_taken() {
    let ring = create::<2>().unwrap();
    ring.put(b"first", ENOUGH).unwrap();
    ring.put(b"second", ENOUGH).unwrap();
    let mut slow = Peer::forks(|test| {
        let message = pauses::where_it_allocates(test, || ring.get(ENOUGH));
        assert_eq!(message, Ok(b"first".to_vec()), "what a consumer gets that was stopped");
    });
    assert_eq!(slow.says(), PAUSES);
    // It puts its message, or waits for the slow one.
    let mut producer = caller(|| ring.put(b"third", Duration::MAX).unwrap());
    let now = producer.next();
    assert_ne!(now, Next::Runs, "a producer uses the processor while it waits");
    slow.goes_on();
    slow.ends();
    returns(producer);
    assert_eq!([next(&ring), next(&ring)], ["second", "third"], "what is left");
    is_empty(&ring);
}

#[grade::test(
    timeout_ms = 15_000,
    hint = "this test lets callers wait for a producer that was stopped in the middle. What does a \
            call have by then, and give back when it fails? And if the first wait has taken a part of the \
            time, how much is left for the second?"
)]
fn step3_a_call_that_times_out_changes_nothing() {
    let ring = create::<3>().unwrap();
    ring.put(b"first", ENOUGH).unwrap();
    let mut slow = producer_in_the_middle(&ring, b"slow");
    // A producer that reads its message before it takes the lock keeps nobody out: these succeed then.
    let taken = usize::from((0..3).any(|_| ring.get(SHORT).is_ok()));
    let put = usize::from((0..3).any(|_| ring.put(b"more", SHORT).is_ok()));
    slow.goes_on();
    slow.ends();

    // All slots are there, and all messages.
    let there = 2 - taken + put;
    for number in there..3 {
        let put = ring.put(b"last", ENOUGH);
        assert_eq!(put, Ok(()), "{number} of 3 slots are used, after calls that timed out");
    }
    assert_eq!(ring.put(b"too many", ONE_LOOK), Err(RingError::TimedOut), "3 messages are there");
    for number in 0..3 {
        let got = ring.get(ENOUGH);
        let known: [&[u8]; 4] = [b"first", b"slow", b"more", b"last"];
        assert!(
            got.as_deref().is_ok_and(|message| known.contains(&message)),
            "{} of 3 messages are there, after calls that timed out, and `get` returns {got:?}",
            3 - number
        );
    }
    is_empty(&ring);
    the_second_wait_has_what_is_left();
}

/// A producer waits for a slot, and then for the lock.
fn the_second_wait_has_what_is_left() {
    const TIMEOUT: Duration = Duration::from_secs(1_000);
    const PASSES: Duration = Duration::from_millis(200);
    let ring = create::<2>().unwrap();
    ring.put(b"first", ENOUGH).unwrap();
    ring.put(b"second", ENOUGH).unwrap();
    let mut producer = Peer::forks(|test| {
        test.hears(CALLS);
        futexes::watch();
        assert_eq!(ring.put(b"third", TIMEOUT), Ok(()), "there will be a slot");
        let limits = futexes::limits();
        let (first, last) = (limits.first().copied(), limits.last().copied());
        // It was asleep while that time passed. It may have had to wait once.
        let less = limits.len() < 2 || last.map(|last| last + PASSES / 2) < first;
        test.hears(if less { DONE } else { TOO_LONG });
    });
    assert_eq!(producer.says(), CALLS);
    assert_eq!(producer.next(), Next::Sleeps, "a producer of a full ring");
    thread::sleep(PASSES);
    // One consumer has given the lock back and not yet the slot, and stops. The next one takes the lock, if
    // it can, and stops.
    let mut first = Peer::forks(|test| {
        let message = pauses::where_it_wakes(test, || ring.get(ENOUGH));
        assert_eq!(message, Ok(b"first".to_vec()), "what a consumer gets that was stopped");
    });
    assert_eq!(first.says(), PAUSES);
    let mut second = Peer::forks(|test| {
        test.hears(CALLS);
        let message = pauses::where_it_allocates(test, || ring.get(ENOUGH));
        assert_eq!(message, Ok(b"second".to_vec()), "what a consumer gets that was stopped");
    });
    assert_eq!(second.says(), CALLS);
    second.next();
    first.goes_on();
    first.ends();
    // Now there is a slot, and somebody has the lock.
    producer.next();
    assert_eq!(second.says(), PAUSES);
    second.goes_on();
    second.ends();
    assert_eq!(
        producer.says(),
        DONE,
        "a producer has waited for a slot, and then waits for the lock as if no time had passed"
    );
    producer.ends();
    assert_eq!(next(&ring), "third", "what is left");
}

#[grade::test(
    timeout_ms = 15_000,
    hint = "this test lets two producers wait for a third in the middle, and then two consumers:\n\
            what do they know already of the slots, and is it still true when they come in?"
)]
fn step3_who_waits_for_the_lock_looks_at_the_slots_afterwards() {
    let ring = create::<4>().unwrap();
    let mut slow = producer_in_the_middle(&ring, b"slow");
    let producers = ["left", "right"].map(|message| {
        let mut producer = caller(|| ring.put(message.as_bytes(), Duration::MAX).unwrap());
        assert_ne!(producer.next(), Next::Runs, "a producer uses the processor while it waits");
        producer
    });
    slow.goes_on();
    slow.ends();
    producers.into_iter().for_each(returns);
    let mut messages = [next(&ring), next(&ring), next(&ring)];
    messages.sort();
    assert_eq!(messages, ["left", "right", "slow"], "the messages of three producers");

    ring.put(b"l", ENOUGH).unwrap();
    ring.put(b"r", ENOUGH).unwrap();
    let mut slow = producer_in_the_middle(&ring, b"slow");
    let consumers = [0, 1].map(|_| {
        let mut consumer = Peer::forks(|test| {
            test.hears(CALLS);
            let message = ring.get(Duration::MAX).unwrap();
            test.hears(message[0]);
        });
        assert_eq!(consumer.says(), CALLS);
        assert_ne!(consumer.next(), Next::Runs, "a consumer uses the processor while it waits");
        consumer
    });
    slow.goes_on();
    slow.ends();
    let mut messages = consumers.map(|mut consumer| {
        let message = consumer.says();
        consumer.ends();
        char::from(message)
    });
    messages.sort();
    assert_eq!(messages, ['l', 'r'], "what two consumers have taken that came at the same time");
    assert_eq!(next(&ring), "slow");
    is_empty(&ring);
}
