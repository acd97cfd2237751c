//! Exercise 10.4: `shared_memory::e4_spsc_ring`, in the model, on threads of the system, and between
//! processes.

use std::collections::VecDeque;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use model::{Futex, Model, sync, thread};
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork, gettid};
use shared_memory::e4_spsc_ring as real;
use shared_memory::given::{self, SharedCell};
use sync::Arc;

#[cfg_attr(feature = "solution", path = "../../../solutions/10_shared_memory/e4_spsc_ring.rs")]
#[cfg_attr(not(feature = "solution"), path = "../src/e4_spsc_ring.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e4_spsc_ring;

use e4_spsc_ring::{Consumer, PeerClosed, Producer, SpscRing};

/// What is sent in a model, in this order.
const SENT: [u8; 4] = [11, 12, 13, 14];

/// In a model, one thread has the producer of two places and another the consumer; which of them runs
/// first decides on what the model looks at, so both do. It is tried with sleeps that end at once, and
/// with stores as they are: see "What it cannot see" in the documentation of `model`. The counts overflow
/// on the way. Long programs need a tight bound on preemptions.
fn ends(preemptions: usize, producer: fn(Producer<'_, 2>), consumer: fn(Consumer<'_, 2>)) {
    let new = || Model::new().preemptions(preemptions);
    let restless = || new().futex(Futex::Spurious).weak_may_fail();
    let plain = || new().plain_stores();
    for (model, consumer_first) in
        [(new(), true), (new(), false), (restless(), true), (plain(), false)]
    {
        model.check(move || {
            let ring = Arc::new(SpscRing::new(u32::MAX));
            let other = thread::spawn({
                let ring = ring.clone();
                move || {
                    if consumer_first {
                        producer(ring.producer().unwrap());
                    } else {
                        consumer(ring.consumer().unwrap());
                    }
                }
            });
            if consumer_first {
                consumer(ring.consumer().unwrap());
            } else {
                producer(ring.producer().unwrap());
            }
            other.join();
        });
    }
}

/// Reads so many bytes, by a buffer of this size.
fn read<const BUFFER: usize>(rx: &mut Consumer<'_, 2>, most: usize) -> Vec<u8> {
    let (mut bytes, mut buf) = (Vec::new(), [0; BUFFER]);
    while bytes.len() < most {
        let room = BUFFER.min(most - bytes.len());
        match rx.read(&mut buf[..room]) {
            0 => break,
            len => bytes.extend(&buf[..len]),
        }
    }
    bytes
}

/// Keeps an end from going, so that nobody is woken by that.
fn stays<T>(end: T) {
    std::mem::forget(end);
}

/// Lets an end go.
fn goes<T>(_end: T) {}

/// Waits until so many sleeps have begun.
fn until_sleeps(most: usize) {
    while model::calls().futex_waits < most {
        thread::yield_now();
    }
}

/// What a child is to do; it ends with 0 unless it panics.
fn in_child(job: impl FnOnce()) -> Pid {
    // SAFETY: a graded test has one thread.
    match unsafe { fork() }.unwrap() {
        ForkResult::Parent { child } => child,
        ForkResult::Child => {
            let done = catch_unwind(AssertUnwindSafe(job));
            // SAFETY: `_exit` takes any code and does not return.
            unsafe { libc::_exit(if done.is_ok() { 0 } else { 101 }) }
        }
    }
}

/// Writes and reads pieces of many sizes, and compares with a queue.
fn as_a_queue<const N: usize>(start: u32) {
    let ring = real::SpscRing::<N>::new(start);
    let (mut tx, mut rx) = (ring.producer().unwrap(), ring.consumer().unwrap());
    let mut queue = VecDeque::new();
    let mut next = 0;
    for round in 0..400 {
        // All pairs of sizes come, and in between the ring is full, and empty.
        let (to_write, to_read) = (round % (N + 2), round / (N + 2) % (N + 2));
        let bytes: Vec<u8> = (0..to_write).map(|at| next + at as u8).collect();
        let room = N - queue.len();
        let wrote = tx.try_write(&bytes);
        assert_eq!(wrote, to_write.min(room), "of {to_write} bytes, {room} of {N} places free");
        queue.extend(&bytes[..wrote]);
        next = (next + wrote as u8) % 100;

        let mut buf = vec![0; to_read];
        let there = queue.len();
        let len = rx.try_read(&mut buf);
        assert_eq!(len, to_read.min(there), "bytes into {to_read} places, {there} bytes there");
        let expected: Vec<u8> = queue.drain(..len).collect();
        assert_eq!(buf[..len], expected, "what came out of {N} places; counts began at {start}");
    }
}

#[grade::test(
    hint = "how do your counts tell full from empty, what is the place of a byte, and what is left of a\n\
            piece at the end of the places?"
)]
fn step1_what_comes_out_went_in_before() {
    as_a_queue::<1>(0);
    as_a_queue::<2>(0);
    as_a_queue::<8>(0);
    // The counts overflow soon.
    as_a_queue::<4>(u32::MAX - 2);
    as_a_queue::<16>(u32::MAX - 100);
    as_a_queue::<8>((1 << 31) - 3);
}

#[grade::test(hint = "who else may ask for an end at the same moment, and in which process?")]
fn step1_each_end_is_given_out_once() {
    use grade::impls;

    let ring = SharedCell::<real::SpscRing<4>>::anonymous().unwrap();
    let tx = ring.producer();
    assert!(tx.is_some(), "nobody has taken the producer of zeroed memory");
    assert!(ring.producer().is_none(), "the producer is taken");
    let child = in_child(|| {
        assert!(ring.producer().is_none(), "another process has taken the producer");
        let mut rx = ring.consumer().expect("nobody has taken the consumer");
        assert_eq!(rx.try_read(&mut [0; 4]), 0, "nothing was written");
    });
    assert_eq!(waitpid(child, None), Ok(WaitStatus::Exited(child, 0)), "a child with the consumer");
    assert!(ring.consumer().is_none(), "a child had the consumer: it was given out");
    goes(tx);
    assert!(ring.producer().is_none(), "the producer was given out, though it has gone");
    assert!(real::SpscRing::<4>::new(9).producer().is_some(), "another ring has another producer");

    assert!(impls!(real::Producer<'static, 4>: Send) && impls!(real::Consumer<'static, 4>: Send));
    assert!(!impls!(real::Producer<'static, 4>: Clone), "a clone would be a second producer");
    assert!(!impls!(real::Consumer<'static, 4>: Clone), "a clone would be a second consumer");

    Model::new().weak_may_fail().check(|| {
        let ring = Arc::new(SpscRing::<2>::new(0));
        let other = thread::spawn({
            let ring = ring.clone();
            move || (ring.producer().is_some(), ring.consumer().is_some())
        });
        let mine = (ring.producer().is_some(), ring.consumer().is_some());
        let others = other.join();
        assert!(mine.0 != others.0, "one of two threads gets the producer: {mine:?} {others:?}");
        assert!(mine.1 != others.1, "one of two threads gets the consumer: {mine:?} {others:?}");
    });
}

#[grade::test(hint = "what becomes of the place of a byte when a count overflows, if N is 3?")]
fn step1_a_size_that_is_no_power_of_two_is_refused() {
    fn refuses<const N: usize>() {
        let ring = real::SpscRing::<N>::new(0);
        for (end, refusal) in [
            ("producer", catch_unwind(AssertUnwindSafe(|| ring.producer().is_some()))),
            ("consumer", catch_unwind(AssertUnwindSafe(|| ring.consumer().is_some()))),
        ] {
            let payload = refusal.expect_err("a ring with such a size gave out an end");
            let words = payload.downcast_ref::<String>().cloned();
            let words = words.or_else(|| payload.downcast_ref::<&str>().map(|&s| s.to_owned()));
            let words = words.unwrap_or_default();
            assert!(
                words.contains("power of two"),
                "{N} is no power of two; the {end} is refused with: {words}"
            );
        }
    }
    refuses::<0>();
    refuses::<3>();
    refuses::<12>();
    let ring = real::SpscRing::<16>::new(0);
    assert!(ring.producer().is_some() && ring.consumer().is_some(), "16 is a power of two");
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "which store hands bytes to the consumer, which one hands places back to the producer, and\n\
            which load takes them?"
)]
fn step1_both_ends_at_the_same_time() {
    fn write_some(mut tx: Producer<'_, 2>) {
        let first = tx.try_write(&SENT[..2]);
        let second = first + tx.try_write(&SENT[first..first + 2]);
        tx.try_write(&SENT[second..]);
    }
    fn read_some<const BUFFER: usize>(mut rx: Consumer<'_, 2>) {
        let (mut bytes, mut buf) = (Vec::<u8>::new(), [0; BUFFER]);
        for _ in 0..3 {
            let len = rx.try_read(&mut buf);
            bytes.extend(&buf[..len]);
        }
        assert!(SENT.starts_with(&bytes), "{bytes:?} was read, and {SENT:?} is what is sent");
    }
    ends(2, write_some, read_some::<1>);
    ends(2, write_some, read_some::<2>);
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "between the last look of one end and its sleep, what may the other have done? And what orders\n\
            its step before its look at the flag?"
)]
fn step2_nobody_sleeps_for_ever() {
    ends(
        3,
        |mut tx| {
            assert_eq!(tx.write_all(&SENT[..1]), Ok(()));
            stays(tx);
        },
        |mut rx| {
            assert_eq!(read::<2>(&mut rx, 1), SENT[..1]);
            stays(rx);
        },
    );
    ends(
        2,
        |mut tx| {
            assert_eq!(tx.write_all(&SENT[..3]), Ok(()));
            stays(tx);
        },
        |mut rx| {
            assert_eq!(read::<2>(&mut rx, 3), SENT[..3]);
            stays(rx);
        },
    );
    ends(
        2,
        |mut tx| {
            assert_eq!(tx.write_all(&SENT[..1]), Ok(()));
            assert_eq!(tx.write_all(&SENT[1..2]), Ok(()));
            stays(tx);
        },
        |mut rx| {
            assert_eq!(read::<1>(&mut rx, 2), SENT[..2]);
            stays(rx);
        },
    );
    Model::new().check(|| {
        let ring = SpscRing::<2>::new(0);
        let (mut tx, mut rx) = (ring.producer().unwrap(), ring.consumer().unwrap());
        assert_eq!(rx.read(&mut []), 0, "no byte fits into an empty buffer");
        assert_eq!(tx.write_all(&[]), Ok(()), "no byte, so all are written");
        assert_eq!(tx.write_all(&SENT[..2]), Ok(()), "there is room");
        assert_eq!(rx.read(&mut [0; 4]), 2, "it does not wait for a full buffer");
    });
}

#[grade::test(hint = "does an end that waits call `futex_wait`, again and again if need be?")]
fn step2_who_waits_sleeps() {
    for (futex, sleeps) in [(Futex::Queues, 1), (Futex::Spurious, 3)] {
        Model::new().futex(futex).preemptions(1).check(move || {
            let ring = Arc::new(SpscRing::<2>::new(0));
            let mut tx = ring.producer().unwrap();
            let other = thread::spawn({
                let ring = ring.clone();
                move || read::<2>(&mut ring.consumer().unwrap(), 2)
            });
            until_sleeps(sleeps);
            assert_eq!(tx.try_write(&SENT[..2]), 2, "the ring is empty, and the consumer waits");
            assert_eq!(other.join(), SENT[..2]);
        });
        Model::new().futex(futex).preemptions(1).check(move || {
            let ring = Arc::new(SpscRing::<2>::new(0));
            let mut rx = ring.consumer().unwrap();
            let other = thread::spawn({
                let ring = ring.clone();
                move || ring.producer().unwrap().write_all(&SENT[..3])
            });
            until_sleeps(sleeps);
            let mut buf = [0; 3];
            assert_eq!(rx.try_read(&mut buf), 2, "the ring is full, and the producer waits");
            assert_eq!(other.join(), Ok(()));
            assert_eq!(rx.try_read(&mut buf[2..]), 1, "what the producer waited with");
            assert_eq!(buf, SENT[..3]);
        });
    }
}

#[grade::test(hint = "how does an end know that the other one sleeps, and when does it no longer?")]
fn step2_no_system_call_where_nobody_waits() {
    Model::new().check(|| {
        let ring = SpscRing::<4>::new(0);
        let (mut tx, mut rx) = (ring.producer().unwrap(), ring.consumer().unwrap());
        let mut buf = [0; 4];
        for _ in 0..3 {
            assert_eq!(tx.write_all(&SENT[..3]), Ok(()), "there is room");
            assert_eq!((tx.try_write(&SENT), tx.try_write(&SENT)), (1, 0), "room for one byte");
            assert_eq!((rx.read(&mut buf), rx.try_read(&mut buf)), (4, 0), "four bytes are there");
        }
        let calls = model::calls();
        let made = (calls.futex_waits, calls.futex_wakes);
        assert_eq!(made, (0, 0), "futex_wait and futex_wake calls, and nobody had to wait");
    });
    Model::new().preemptions(1).check(|| {
        let ring = Arc::new(SpscRing::<4>::new(0));
        let mut tx = ring.producer().unwrap();
        let other = thread::spawn({
            let ring = ring.clone();
            move || assert_eq!(ring.consumer().unwrap().read(&mut [0]), 1)
        });
        until_sleeps(1);
        assert_eq!(tx.try_write(&[7]), 1, "the ring is empty");
        other.join();
        let before = model::calls().futex_wakes;
        let wrote: usize = SENT.iter().map(|byte| tx.try_write(&[*byte])).sum();
        let more = model::calls().futex_wakes - before;
        assert_eq!(wrote, 4, "four bytes, one at a time, into a ring that is empty");
        assert!(more <= 1, "nobody sleeps any more, and {more} of four writes call futex_wake");
    });
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "who wakes a consumer when no byte will come? And may a last byte have come between its look at\n\
            the bytes and its look at the producer?"
)]
fn step3_a_producer_that_goes_leaves_its_bytes() {
    Model::new().check(|| {
        let ring = SpscRing::<2>::new(0);
        let (mut tx, mut rx) = (ring.producer().unwrap(), ring.consumer().unwrap());
        assert_eq!(tx.write_all(&SENT[..2]), Ok(()), "the ring is empty");
        goes(tx);
        assert_eq!(read::<1>(&mut rx, 9), SENT[..2], "what the producer left in a full ring");
        assert_eq!((rx.read(&mut [0]), rx.read(&mut [0])), (0, 0), "nothing is left");
    });
    ends(3, |tx| goes(tx), |mut rx| assert_eq!(read::<2>(&mut rx, 9), [], "nothing was written"));
    ends(
        2,
        |mut tx| assert_eq!(tx.write_all(&SENT[..1]), Ok(())),
        |mut rx| assert_eq!(read::<2>(&mut rx, 9), SENT[..1], "all that was written"),
    );
    ends(
        1,
        |mut tx| assert_eq!(tx.write_all(&SENT[..3]), Ok(())),
        |mut rx| assert_eq!(read::<2>(&mut rx, 9), SENT[..3], "all that was written"),
    );
    // It goes when the consumer sleeps.
    ends(
        2,
        |tx| {
            until_sleeps(1);
            goes(tx);
        },
        |mut rx| assert_eq!(rx.read(&mut [0]), 0, "the producer has gone"),
    );
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "who wakes a producer when no place will become free, and what has it written by then?"
)]
fn step3_a_consumer_that_goes_ends_the_write() {
    Model::new().check(|| {
        let ring = SpscRing::<4>::new(0);
        let (mut tx, rx) = (ring.producer().unwrap(), ring.consumer().unwrap());
        assert_eq!(tx.write_all(&SENT[..1]), Ok(()), "the consumer is there");
        goes(rx);
        let gone = Err(PeerClosed(0));
        assert_eq!(tx.write_all(&SENT[..1]), gone, "there is room, but nobody will read it");
        assert_eq!(tx.write_all(&SENT), gone, "and again");
    });
    ends(
        2,
        |mut tx| {
            let Err(PeerClosed(done)) = tx.write_all(&SENT) else {
                panic!("of 4 bytes, one was read, and there are 2 places");
            };
            assert!((1..=3).contains(&done), "one was read, and there are 2 places: {done}");
        },
        |mut rx| assert_eq!(read::<1>(&mut rx, 1), SENT[..1]),
    );
    // It goes when the producer sleeps.
    ends(
        2,
        |mut tx| assert_eq!(tx.write_all(&SENT), Err(PeerClosed(2)), "there are 2 places"),
        |rx| {
            until_sleeps(1);
            goes(rx);
        },
    );
}

#[grade::test(
    timeout_ms = 15_000,
    hint = "what does the ring need that is not in the ring? An address means something in one process only"
)]
fn step4_processes_send_bytes() {
    const PLACES: usize = 1 << 18;
    const ALL: usize = 16 << 20;
    // A prime, so that no byte comes to the same place twice in a row.
    const PERIOD: usize = 65_537;
    let pattern: Vec<u8> = (0..PERIOD * 3).map(|at| (at % PERIOD * 31 % 251) as u8).collect();
    // The size of each piece.
    let sizes = |seed: usize| (1..).map(move |at: usize| (at * at * seed) % 100_000 + 1);

    let ring = SharedCell::<real::SpscRing<PLACES>>::anonymous().unwrap();
    let reader = gettid();
    let child = in_child(|| {
        let mut tx = ring.producer().expect("nobody has taken the producer");
        // So that one process has to wake the other, however quick the two are.
        until_asleep(reader);
        let mut done = 0;
        for size in sizes(7) {
            let size = size.min(ALL - done);
            if size == 0 {
                break;
            }
            let piece = &pattern[done % PERIOD..][..size];
            assert_eq!(tx.write_all(piece), Ok(()), "the other process reads");
            done += size;
        }
    });
    let mut rx = ring.consumer().expect("nobody has taken the consumer");
    let mut buf = vec![0; 100_000];
    let mut done = 0;
    for size in sizes(3) {
        let len = rx.read(&mut buf[..size]);
        if len == 0 {
            break;
        }
        assert!(
            buf[..len] == pattern[done % PERIOD..][..len],
            "other bytes than the child sent, somewhere from number {done} to {}",
            done + len
        );
        done += len;
    }
    assert_eq!(done, ALL, "bytes from the child until it went");
    assert_eq!(waitpid(child, None), Ok(WaitStatus::Exited(child, 0)), "the child that sends");
}

#[grade::test(
    timeout_ms = 15_000,
    hint = "what does an end do while it waits? And does it go in the same way when its thread panics?"
)]
fn step4_threads_wait_asleep_and_go_in_any_way() {
    const ROUNDS: u8 = 5;
    let ring = real::SpscRing::<8>::new(0);
    let mut rx = ring.consumer().unwrap();
    let reader = gettid();
    let (sleeps, sender) = std::thread::scope(|scope| {
        let sender = scope.spawn(|| {
            let mut tx = ring.producer().unwrap();
            for round in 0..ROUNDS {
                until_asleep(reader);
                // Who looks again and again gives itself away meanwhile.
                std::thread::sleep(std::time::Duration::from_millis(20));
                assert_eq!(tx.write_all(&[round]), Ok(()));
            }
            std::panic::resume_unwind(Box::new("a panic of this test"));
        });
        let mut buf = [0; 8];
        let before = voluntary_sleeps(reader);
        for round in 0..ROUNDS {
            assert_eq!((rx.read(&mut buf), buf[0]), (1, round), "one byte comes at a time");
        }
        let sleeps = voluntary_sleeps(reader) - before;
        assert_eq!(rx.read(&mut buf), 0, "the producer has gone with its thread");
        (sleeps, sender.join())
    });
    assert!(sender.is_err(), "its panic");
    assert!(sleeps <= 4 * u64::from(ROUNDS), "{sleeps} sleeps to wait {ROUNDS} times");

    let ring = real::SpscRing::<8>::new(0);
    let mut tx = ring.producer().unwrap();
    let writer = gettid();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let _rx = ring.consumer().unwrap();
            // A consumer that goes before the write has begun would be told of at once.
            until_asleep(writer);
            std::panic::resume_unwind(Box::new("a panic of this test"));
        });
        assert_eq!(tx.write_all(&[1; 20]), Err(real::PeerClosed(8)), "the consumer has gone");
        assert!(reader.join().is_err(), "its panic");
    });
}

/// Waits until a thread of any process sleeps (proc(5)).
fn until_asleep(thread: Pid) {
    let stat = format!("/proc/{thread}/stat");
    while !fs::read_to_string(&stat).unwrap().contains(") S ") {
        std::thread::yield_now();
    }
}

/// How often a thread of this process has gone to sleep (proc(5)).
fn voluntary_sleeps(thread: Pid) -> u64 {
    let status = fs::read_to_string(format!("/proc/self/task/{thread}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
    line.unwrap().trim().parse().unwrap()
}
