//! Exercise 9.1: `streams::e1_full_io`.

#[path = "support/looks.rs"]
mod looks;
#[path = "support/small_pipe.rs"]
mod small_pipe;

use std::fs::{File, OpenOptions};
use std::io::{PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use grade::asleep::Thread;
use grade::storm::SignalStorm;
use grade::{clock, naps};
use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use small_pipe::{Mode, bytes_in, small_pipe};
use streams::e1_full_io::{self, IoError};

grade::movable_clock!();
grade::note_naps!();

/// Longer than a test: who waits for the end of it is ended.
const LONG: Duration = Duration::from_secs(3_600);

/// More than a small pipe holds, a few times at least: a page may have 64 KiB.
const MUCH: usize = 1 << 17;

/// Why it was not done, in a type of our own: its `==` is not the learner's to change.
#[derive(Debug, PartialEq)]
enum Failed {
    Eof { got: usize },
    TimedOut { done: usize },
    Sys { errno: Errno, done: usize },
}

fn failed(error: IoError) -> Failed {
    match error {
        IoError::Eof { got } => Failed::Eof { got },
        IoError::TimedOut { done } => Failed::TimedOut { done },
        IoError::Sys { errno, done } => Failed::Sys { errno, done },
    }
}

fn write_full(fd: impl AsFd, buf: &[u8], deadline: Option<Instant>) -> Result<(), Failed> {
    e1_full_io::write_full(fd, buf, deadline).map_err(failed)
}

fn read_full(fd: impl AsFd, buf: &mut [u8], deadline: Option<Instant>) -> Result<bool, Failed> {
    e1_full_io::read_full(fd, buf, deadline).map_err(failed)
}

/// So many bytes that tell their places.
fn bytes(length: usize) -> Vec<u8> {
    (0..length as u32).map(|place| (place.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// Says where two long runs of bytes differ.
#[track_caller]
fn assert_same(got: &[u8], wanted: &[u8], what: &str) {
    let place = got.iter().zip(wanted).position(|(got, wanted)| got != wanted);
    assert!(
        place.is_none() && got.len() == wanted.len(),
        "{what}: {} of {} bytes came, and the first wrong one is at {place:?}",
        got.len(),
        wanted.len()
    );
}

/// Writes `data` to a small pipe whose other end `other` has on a thread of its own, and closes it.
fn write_to<T: Send>(
    mode: Mode,
    data: &[u8],
    deadline: Option<Instant>,
    other: impl FnOnce(PipeReader) -> T + Send,
) -> (Result<(), Failed>, T) {
    let (reader, writer) = small_pipe();
    mode.set(&writer);
    thread::scope(|scope| {
        let other = scope.spawn(|| other(reader));
        let result = write_full(&writer, data, deadline);
        drop(writer);
        (result, other.join().unwrap())
    })
}

/// Reads `length` bytes from a small pipe whose other end `other` has on a thread of its own, and
/// closes it. That may fail to write what nobody wants to read.
fn read_from<T: Send>(
    mode: Mode,
    length: usize,
    deadline: Option<Instant>,
    other: impl FnOnce(PipeWriter) -> T + Send,
) -> (Result<bool, Failed>, Vec<u8>, T) {
    let (reader, writer) = small_pipe();
    mode.set(&reader);
    thread::scope(|scope| {
        let other = scope.spawn(|| other(writer));
        let mut got = vec![0; length];
        let result = read_full(&reader, &mut got, deadline);
        drop(reader);
        (result, got, other.join().unwrap())
    })
}

/// What is left to read.
fn the_rest(mut reader: PipeReader) -> Vec<u8> {
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).unwrap();
    rest
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "one call may move fewer bytes than it was asked for: who moves the others?"
)]
fn everything_goes_through_a_small_pipe() {
    let data = bytes(MUCH);
    for mode in Mode::BOTH {
        let (result, got) = write_to(mode, &data, None, the_rest);
        assert_eq!(result, Ok(()), "{MUCH} bytes were written, {mode:?}");
        assert_same(&got, &data, &format!("written, {mode:?}"));

        let (result, got, ()) = read_from(mode, MUCH, None, |mut writer| {
            let (mut left, mut size) = (&data[..], 1);
            while !left.is_empty() {
                let (piece, after) = left.split_at(size.min(left.len()));
                let _ = writer.write_all(piece);
                (left, size) = (after, size % 9_000 + 1_237);
            }
        });
        assert_eq!(result, Ok(true), "{MUCH} bytes were there to read, {mode:?}");
        assert_same(&got, &data, &format!("read, {mode:?}"));
    }
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "a signal in the middle: what is done is done, and what is left is left"
)]
fn signals_neither_end_nor_repeat_anything() {
    let data = bytes(MUCH);
    let me = Thread::current();
    let storm = SignalStorm::start().unwrap();
    for mode in Mode::BOTH {
        let (result, got) = write_to(mode, &data, None, |mut reader| {
            let mut got = vec![0; 3 * 4_096];
            for page in got.chunks_mut(4_096) {
                // The pipe is full, and the writer sleeps.
                me.interrupt();
                let _ = reader.read_exact(page);
            }
            got.extend(the_rest(reader));
            got
        });
        assert_eq!(result, Ok(()), "written under signals, {mode:?}");
        assert_same(&got, &data, &format!("written under signals, {mode:?}"));

        let (result, got, ()) = read_from(mode, data.len(), None, |mut writer| {
            let (first, rest) = data.split_at(3);
            for byte in first {
                me.interrupt();
                let _ = writer.write_all(&[*byte]);
            }
            me.interrupt();
            let _ = writer.write_all(rest);
        });
        assert_eq!(result, Ok(true), "read under signals, {mode:?}");
        assert_same(&got, &data, &format!("read under signals, {mode:?}"));
    }
    drop(storm);
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "nothing can be done now: which call sleeps until something can, however long that takes?"
)]
fn a_non_blocking_descriptor_is_waited_for_asleep() {
    let me = Thread::current();
    naps::watch();
    let data = bytes(MUCH);
    let (result, slept) = write_to(Mode::NonBlocking, &data, None, |reader| {
        let slept = me.has_fallen_asleep();
        the_rest(reader);
        slept
    });
    assert_eq!(result, Ok(()), "the pipe was full for a while");
    assert!(slept, "while the pipe was full, the writer did not sleep: it kept a processor busy");

    let (result, _, slept) = read_from(Mode::NonBlocking, 3, None, |mut writer| {
        [b"a", b"b", b"c"].into_iter().all(|byte| {
            let slept = me.has_fallen_asleep();
            let _ = writer.write_all(byte);
            slept
        })
    });
    assert!(slept, "while the pipe was empty, the reader did not sleep: it kept a processor busy");
    assert_eq!(result, Ok(true), "three bytes came, each of them late");

    // Both ends of a socket read and write: there is room, and nothing to read.
    let (ours, mut other) = UnixStream::pair().unwrap();
    ours.set_nonblocking(true).unwrap();
    let (result, slept) = thread::scope(|scope| {
        let other = scope.spawn(move || {
            let slept = me.has_fallen_asleep();
            let _ = other.write_all(b"a");
            slept
        });
        (read_full(&ours, &mut [0], None), other.join().unwrap())
    });
    assert!(
        slept,
        "while a socket had room and nothing to read, the reader did not sleep: what does it ask for?"
    );
    assert_eq!(result, Ok(true), "a byte came, late");
    let shortest = naps::shortest().unwrap_or(LONG);
    assert!(
        shortest >= Duration::from_secs(1),
        "there was no deadline, and the caller slept for {shortest:?} at most, to look again"
    );
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "read says 0 where no writing end is left: how many bytes had come by then? If the test \
            does not end: which flag does `poll` set where the writers are gone, and what do you do then?"
)]
fn the_end_of_the_stream_is_told_by_its_place() {
    let me = Thread::current();
    for mode in Mode::BOTH {
        for (before, asleep) in [(0, false), (0, true), (1, false), (5, false), (5, true)] {
            let data = bytes(before);
            let (result, got, ()) = read_from(mode, 6, None, |mut writer| {
                let _ = writer.write_all(&data);
                if asleep {
                    me.has_fallen_asleep();
                }
            });
            let wanted = if before == 0 { Ok(false) } else { Err(Failed::Eof { got: before }) };
            assert_eq!(
                result, wanted,
                "6 bytes were wanted, the end came after {before}, {mode:?}"
            );
            assert_same(&got[..before], &data, "before the end");
        }
    }
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "the other side is gone, and some bytes had gone through: does the error say how many? If \
            the test does not end: which flag does `poll` set then, and what do you do with it?"
)]
fn an_error_tells_how_much_was_done() {
    let me = Thread::current();
    let data = bytes(MUCH);
    for mode in Mode::BOTH {
        let (result, moved) = write_to(mode, &data, None, |mut reader| {
            let mut read = vec![0; 10_000];
            let _ = reader.read_exact(&mut read);
            me.has_fallen_asleep();
            read.len() + bytes_in(&reader)
        });
        assert_eq!(
            result,
            Err(Failed::Sys { errno: Errno::EPIPE, done: moved }),
            "the reader has gone when {moved} bytes were in the pipe or through, {mode:?}"
        );
    }

    // Who goes and has not read what was sent to it breaks the connection.
    let (ours, mut other) = UnixStream::pair().unwrap();
    (&ours).write_all(b"unread").unwrap();
    other.write_all(b"abc").unwrap();
    drop(other);
    let result = read_full(&ours, &mut [0; 10], None);
    let wanted = Err(Failed::Sys { errno: Errno::ECONNRESET, done: 3 });
    assert_eq!(result, wanted, "the connection was broken after 3 bytes");

    let input = File::open("/dev/null").unwrap();
    let output = OpenOptions::new().write(true).open("/dev/null").unwrap();
    let wanted = Failed::Sys { errno: Errno::EBADF, done: 0 };
    assert_eq!(write_full(&input, b"abc", None).as_ref(), Err(&wanted), "it is open to read alone");
    let result = read_full(&output, &mut [0; 3], None);
    assert_eq!(result.as_ref(), Err(&wanted), "it is open to write alone");
}

#[grade::test(hint = "who does not have to wait needs no time: when does the deadline matter?")]
fn what_needs_no_wait_needs_no_time() {
    let over = Some(Instant::now() - Duration::from_millis(1));
    let (reader, writer) = small_pipe();
    Mode::NonBlocking.set(&reader);
    Mode::NonBlocking.set(&writer);
    assert_eq!(write_full(&writer, b"abcdef", over), Ok(()), "there was room for 6 bytes");
    let mut got = [0; 6];
    assert_eq!(read_full(&reader, &mut got, over), Ok(true), "6 bytes were there");
    assert_eq!(&got, b"abcdef");

    let nothing = &mut [];
    assert_eq!(read_full(&reader, nothing, over), Ok(true), "an empty buffer, and an empty pipe");
    while (&writer).write(&[0; 4_096]).is_ok() {}
    assert_eq!(write_full(&writer, nothing, over), Ok(()), "an empty buffer, and a full pipe");
    drop(writer);
    while (&reader).read(&mut [0; 4_096]).unwrap() > 0 {}
    assert_eq!(read_full(&reader, nothing, over), Ok(true), "an empty buffer, and an ended stream");
    assert_eq!(read_full(&reader, &mut got, over), Ok(false), "the stream has ended");

    let (reader, mut writer) = small_pipe();
    Mode::NonBlocking.set(&reader);
    writer.write_all(b"abc").unwrap();
    drop(writer);
    let result = read_full(&reader, &mut got, over);
    assert_eq!(result, Err(Failed::Eof { got: 3 }), "3 of 6 bytes, and the end, were there");
}

#[grade::test(hint = "how long may the sleep take, and is it over when the time is rounded down?")]
fn the_deadline_ends_the_wait_and_not_before() {
    let (ours, _other) = UnixStream::pair().unwrap();
    ours.set_nonblocking(true).unwrap();
    let deadline = Instant::now() + Duration::from_millis(3);
    let result = read_full(&ours, &mut [0; 10], Some(deadline));
    let what = "a socket that has room, and nothing to read";
    assert_eq!(result, Err(Failed::TimedOut { done: 0 }), "{what}");
    for _ in 0..40 {
        let (reader, mut writer) = small_pipe();
        Mode::NonBlocking.set(&reader);
        writer.write_all(b"abc").unwrap();
        // Not a number of milliseconds.
        let deadline = Instant::now() + Duration::from_micros(2_900);
        let looks = looks::in_vain();
        let result = read_full(&reader, &mut [0; 10], Some(deadline));
        let looks = looks::in_vain() - looks;
        let early = deadline.saturating_duration_since(Instant::now());
        assert_eq!(result, Err(Failed::TimedOut { done: 3 }), "3 of 10 bytes came in time");
        assert_eq!(early, Duration::ZERO, "the wait was over before the deadline, by this");
        assert!(
            looks <= 10,
            "nothing has woken the reader, and it has looked {looks} times: how long is a sleep of \
             less than a millisecond, rounded down?"
        );

        let (reader, writer) = small_pipe();
        Mode::NonBlocking.set(&writer);
        let deadline = Instant::now() + Duration::from_micros(2_900);
        let result = write_full(&writer, &bytes(MUCH), Some(deadline));
        let early = deadline.saturating_duration_since(Instant::now());
        let done = bytes_in(&reader);
        assert_eq!(result, Err(Failed::TimedOut { done }), "{done} bytes are in the pipe");
        assert_eq!(early, Duration::ZERO, "the wait was over before the deadline, by this");
    }
}

/// What is left until the deadline when a signal comes.
const REST: Duration = Duration::from_millis(300);

/// What the handler has found: nothing yet, a clock that it has put forward, or code that leaves the
/// time to the kernel.
static FOUND: AtomicU8 = AtomicU8::new(0);
const A_CLOCK: u8 = 1;
const A_TIMER: u8 = 2;

extern "C" fn the_deadline_is_near(_: libc::c_int) {
    let found = if clock::put_forward(LONG - REST) { A_CLOCK } else { A_TIMER };
    // Relaxed: the value is all there is to know.
    FOUND.store(found, Relaxed);
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "a signal ended the sleep when a third of a second of an hour was left: for how long \
            does the code go back to sleep?"
)]
fn a_signal_does_not_put_the_deadline_off() {
    let me = Thread::current();
    let handler = SigHandler::Handler(the_deadline_is_near);
    let action = SigAction::new(handler, SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler touches atomics and makes system calls, nothing else.
    unsafe { sigaction(Signal::SIGUSR1, &action) }.unwrap();
    let deadline = || {
        FOUND.store(0, Relaxed);
        clock::watch();
        Some(Instant::now() + LONG)
    };
    // Keeps its end open where the deadline will end the wait, and closes it where nothing would.
    let bring_it_near = |end: OwnedFd| {
        me.has_fallen_asleep();
        me.signal(Signal::SIGUSR1);
        while FOUND.load(Relaxed) == 0 {
            thread::yield_now();
        }
        (FOUND.load(Relaxed) == A_CLOCK).then_some(end)
    };

    let (result, _, open) =
        read_from(Mode::NonBlocking, 1, deadline(), |writer| bring_it_near(writer.into()));
    let wanted = Err(Failed::TimedOut { done: 0 });
    assert!(open.is_none() || result == wanted, "a read whose deadline was over: {result:?}");

    let (result, open) = write_to(Mode::NonBlocking, &bytes(MUCH), deadline(), |reader| {
        bring_it_near(reader.into())
    });
    let timed_out = matches!(result, Err(Failed::TimedOut { .. }));
    assert!(open.is_none() || timed_out, "a write whose deadline was over: {result:?}");
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "the deadline is seven weeks away: how many milliseconds is that, and where do they go?"
)]
fn a_distant_deadline_is_no_near_one() {
    let me = Thread::current();
    naps::watch();
    let weeks = Duration::from_millis((1 << 32) + 5);
    let ages = Duration::from_secs(1 << 40);
    for away in [weeks, ages] {
        let deadline = Some(Instant::now() + away);
        let (result, ..) = read_from(Mode::NonBlocking, 1, deadline, |mut writer| {
            me.has_fallen_asleep();
            let _ = writer.write_all(b"a");
        });
        assert_eq!(result, Ok(true), "a byte came, and the deadline was {away:?} away");
    }
    let shortest = naps::shortest().unwrap_or(LONG);
    assert!(
        shortest >= Duration::from_secs(1),
        "the deadline was weeks away, and the caller slept for {shortest:?} at most"
    );
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "the mode belongs to the open file, not to the descriptor: who else uses that file?"
)]
fn the_mode_stays_as_it_is() {
    let me = Thread::current();
    for mode in Mode::BOTH {
        for deadline in [None, Some(Instant::now() + LONG)] {
            // The same open file by another descriptor, as another process may have it.
            let (reader, writer) = small_pipe();
            mode.set(&writer);
            let others = writer.try_clone().unwrap();
            let (result, meanwhile, after) = thread::scope(|scope| {
                let other = scope.spawn(move || {
                    me.has_fallen_asleep();
                    let meanwhile = Mode::of(&others);
                    drop(others);
                    the_rest(reader);
                    meanwhile
                });
                let result = write_full(&writer, &bytes(MUCH), deadline);
                let after = Mode::of(&writer);
                drop(writer);
                (result, other.join().unwrap(), after)
            });
            assert_eq!(result, Ok(()), "written, {mode:?}");
            assert_eq!(meanwhile, mode, "the mode while the call slept");
            assert_eq!(after, mode, "the mode after the call");
        }
    }
}
