//! Exercise 9.2: `streams::e2_framed`.

#[path = "support/odd_streams.rs"]
mod odd_streams;

use std::io::{self, ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::slice;

use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};
use odd_streams::{Calls, Narrow, Then, Trickle};
use streams::e2_framed::{self, FrameReader, FrameWriter};

/// What a pipe takes as a whole (pipe(7)).
const PIPE_BUF: usize = 4_096;

/// Why there is no frame, in a type that can be compared.
#[derive(Debug, PartialEq)]
enum FrameError {
    Truncated { wanted: usize, got: usize },
    TooLarge(u32),
    Io(ErrorKind),
}

fn next_frame<R: Read>(reader: &mut FrameReader<R>) -> Result<Option<Vec<u8>>, FrameError> {
    reader.next_frame().map_err(|error| match error {
        e2_framed::FrameError::Truncated { wanted, got } => FrameError::Truncated { wanted, got },
        e2_framed::FrameError::TooLarge(length) => FrameError::TooLarge(length),
        e2_framed::FrameError::Io(error) => FrameError::Io(error.kind()),
    })
}

/// A frame of this payload, as the page describes it.
fn frame(payload: &[u8]) -> Vec<u8> {
    let length = payload.len() as u32;
    let header = [24, 16, 8, 0].map(|bits| (length >> bits) as u8);
    [&header, payload].concat()
}

/// A frame, or why there is none, and how long it is: for messages.
fn shown(result: &Result<Option<Vec<u8>>, FrameError>) -> String {
    match result {
        Ok(Some(payload)) => {
            let start = String::from_utf8_lossy(&payload[..payload.len().min(20)]);
            format!("a payload of {} bytes, which begin with {start:?}", payload.len())
        }
        Ok(None) => "the end".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

#[track_caller]
fn assert_next<R: Read>(reader: &mut FrameReader<R>, payload: &[u8], what: &str) {
    let result = next_frame(reader);
    let wanted = shown(&Ok(Some(payload.to_vec())));
    assert!(
        matches!(&result, Ok(Some(got)) if got == payload),
        "{what}: wanted {wanted}, got {}",
        shown(&result)
    );
}

#[grade::test(
    hint = "the header is four bytes, and only the payload is counted: which byte is first?"
)]
fn step1_a_frame_is_its_length_and_its_payload() {
    for (payload, header) in [
        (vec![], [0, 0, 0, 0]),
        (b"abc".to_vec(), [0, 0, 0, 3]),
        (vec![b'x'; 258], [0, 0, 1, 2]),
        (vec![b'y'; 100_000], [0, 1, 0x86, 0xa0]),
    ] {
        let calls = Calls::default();
        let mut writer = FrameWriter::new(&calls);
        writer.write_frame(&payload).unwrap();
        // The writer lives: what it keeps back is not in the stream.
        let stream = calls.take_bytes();
        let (start, rest) = stream.split_at(stream.len().min(4));
        assert_eq!(start, header, "the header of a payload of {} bytes", payload.len());
        assert!(rest == payload, "a payload of {} bytes follows its header", payload.len());
        writer.write_frame(b"x").unwrap();
        assert_eq!(calls.take_bytes(), frame(b"x"), "the next frame");
    }
}

#[grade::test(hint = "which frames are the end of the stream, and what is read before the first?")]
fn step1_frames_are_read_as_they_were_written() {
    let payloads = [b"abc".to_vec(), vec![], vec![b'x'; 70_000], vec![0, 255], vec![]];
    let stream = payloads.iter().flat_map(|payload| frame(payload)).collect::<Vec<_>>();
    let mut reader = FrameReader::new(&stream[..], 70_000);
    for (place, payload) in payloads.iter().enumerate() {
        assert_next(&mut reader, payload, &format!("frame {place}"));
    }
    for _ in 0..2 {
        assert_eq!(shown(&next_frame(&mut reader)), "the end", "all frames were read");
    }
    // The stream goes on, but nothing more is there: who asks for it waits.
    let there = [frame(b"abc"), frame(b"")].concat();
    let mut reader = FrameReader::new(Then::error(&there, ErrorKind::WouldBlock), 100);
    assert_next(&mut reader, b"abc", "a frame that is there, and the next one is not yet");
    assert_next(&mut reader, b"", "an empty frame that is there, and the next one is not yet");
}

#[grade::test(hint = "a read returns what is there: one byte, or none because of a signal")]
fn step2_a_frame_may_come_in_pieces() {
    let long = vec![b'x'; 5_000];
    let stream = [frame(b"abc"), frame(b""), frame(&long)].concat();
    let mut reader = FrameReader::new(Trickle::new(&stream), 5_000);
    for payload in [b"abc", &b""[..], &long] {
        assert_next(&mut reader, payload, "the stream gives one byte at a time");
    }
    assert_eq!(shown(&next_frame(&mut reader)), "the end", "all frames were read");
}

#[grade::test(hint = "a write may take a part of the frame, or nothing because of a signal")]
fn step2_a_frame_may_go_in_pieces() {
    for length in [0, 3, 100, 5_000] {
        let payload = vec![b'x'; length];
        let mut narrow = Narrow::default();
        let result = FrameWriter::new(&mut narrow).write_frame(&payload);
        assert!(result.is_ok(), "a stream that takes 3 bytes at a time fails: {result:?}");
        let same = narrow.taken == frame(&payload);
        assert!(same, "the frame has {} bytes, of which {} went", length + 4, narrow.taken.len());
    }
}

#[grade::test(hint = "the stream ends: between two frames, in a header, or in a payload?")]
fn step3_every_cut_is_told() {
    let payloads = [&b"abc"[..], b"", b"defgh"];
    let stream = payloads.map(frame).concat();
    for cut in 0..=stream.len() {
        let mut reader = FrameReader::new(&stream[..cut], 100);
        let mut trickle = FrameReader::new(Trickle::new(&stream[..cut]), 100);
        let mut left = cut;
        let mut whole = payloads.iter();
        let last = loop {
            let payload = whole.next();
            let size = payload.map_or(4, |payload| payload.len() + 4);
            if left < size {
                let wanted = if left < 4 { 4 } else { size };
                break if left == 0 {
                    Ok(None)
                } else {
                    Err(FrameError::Truncated { wanted, got: left })
                };
            }
            let payload = payload.expect("the stream has no more bytes than frames");
            assert_next(&mut reader, payload, &format!("a frame before the cut after {cut} bytes"));
            assert_next(&mut trickle, payload, &format!("the cut is after {cut} bytes"));
            left -= size;
        };
        let at = format!("frames of 7, 4 and 9 bytes, and the stream ends after {cut}");
        assert_eq!(next_frame(&mut reader), last, "{at}");
        assert_eq!(next_frame(&mut trickle), last, "{at}, byte by byte");
    }
}

#[grade::test(
    hint = "a length is a claim: what is done for it before it is compared with the maximum? And how \
            much memory is there for 5 bytes where the maximum is 4 GiB?"
)]
fn step3_a_length_above_the_maximum_is_refused() {
    for (max, length, refused) in [
        (5, 5, false),
        (5, 6, true),
        (0, 0, false),
        (0, 1, true),
        (5, u32::MAX, true),
        (0x7fff_ffff, 0x8000_0000, true),
        (u32::MAX, 5, false),
    ] {
        let mut stream = frame(b"");
        stream.extend(&length.to_be_bytes());
        if !refused {
            stream.extend(vec![b'x'; length as usize]);
        }
        // Whoever wants the payload of a length that is refused will find that it never comes.
        let mut reader = FrameReader::new(Then::error(&stream, ErrorKind::WouldBlock), max);
        assert_next(&mut reader, b"", "a frame before it");
        let result = next_frame(&mut reader);
        let wanted = match refused {
            true => Err(FrameError::TooLarge(length)),
            false => Ok(Some(vec![b'x'; length as usize])),
        };
        assert_eq!(result, wanted, "the header says {length}, and the maximum is {max}");
    }
}

#[grade::test(
    hint = "a stream that fails has neither ended nor been cut: who needs to know why? And what does it \
            mean where a write takes 0 bytes?"
)]
fn step3_a_failure_of_the_stream_is_handed_on() {
    let stream = frame(b"abc");
    for came in 0..stream.len() {
        for kind in [ErrorKind::ConnectionReset, ErrorKind::UnexpectedEof] {
            let mut reader = FrameReader::new(Then::error(&stream[..came], kind), 100);
            let result = next_frame(&mut reader);
            let wanted = Err(FrameError::Io(kind));
            assert_eq!(result, wanted, "{came} of 7 bytes came, then the stream failed");
        }
    }
    for length in [3, 5_000] {
        let broken = Then::error(&[], ErrorKind::BrokenPipe);
        let result = FrameWriter::new(broken).write_frame(&vec![b'x'; length]);
        let kind = result.map_err(|error| error.kind());
        assert_eq!(kind, Err(ErrorKind::BrokenPipe), "the stream takes nothing any more");
    }
    for length in [10, 5_000] {
        let mut room = [0; 8];
        let result = FrameWriter::new(&mut room[..]).write_frame(&vec![b'x'; length]);
        assert!(result.is_err(), "the stream has 8 bytes of room, and a write says 0 then");
    }
}

#[grade::test(
    mem_mb = 5_120,
    hint = "four bytes count up to 4294967295: what does a cast make of the length of more?"
)]
fn step3_a_payload_too_long_for_the_header_is_refused() {
    const LENGTH: usize = (1 << 32) + 3;
    let private = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a new mapping, at an address that the system chooses, changes no other.
    let start = unsafe { libc::mmap(ptr::null_mut(), LENGTH, libc::PROT_READ, private, -1, 0) };
    assert_ne!(start, libc::MAP_FAILED, "4 GiB of addresses, without memory, can be had");
    // SAFETY: the mapping has that length, is never unmapped, and nobody can write to it. It has
    // no memory until it is read, and then that of the zero page.
    let payload = unsafe { slice::from_raw_parts(start.cast::<u8>(), LENGTH) };

    // Whatever is given to this stream is an error of another kind.
    let stream = Then::error(&[], ErrorKind::BrokenPipe);
    let result = FrameWriter::new(stream).write_frame(payload);
    let kind = result.map_err(|error| error.kind());
    assert_eq!(kind, Err(ErrorKind::InvalidInput), "a payload of {LENGTH} bytes");
}

#[grade::test(hint = "what is one call for you is one for the pipe: in how many does a frame go?")]
fn step4_a_small_frame_goes_in_one_call() {
    let calls = Calls::default();
    let mut writer = FrameWriter::new(&calls);
    let lengths = [0, 1, 100, PIPE_BUF - 5, PIPE_BUF - 4];
    for length in lengths {
        writer.write_frame(&vec![b'x'; length]).unwrap();
    }
    let wanted = lengths.map(|length| length + 4);
    assert_eq!(calls.lengths(), wanted, "how many bytes each call had; every frame is a small one");
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "four processes write to one pipe: what may come between two writes of one of them?"
)]
fn step4_many_processes_share_a_pipe() {
    const PROCESSES: u8 = 4;
    const FRAMES: u32 = 250;
    /// The payload of a frame: who, which, and as many bytes as fit for the largest.
    fn payload(process: u8, number: u32) -> Vec<u8> {
        let length = (number * 97 + u32::from(process) * 1_013) % (PIPE_BUF as u32 - 8);
        let filler = vec![process; length as usize];
        [&number.to_be_bytes()[..3], &[process], &filler].concat()
    }

    let (reader, writer) = io::pipe().unwrap();
    let children: Vec<_> = (0..PROCESSES)
        .map(|process| {
            // SAFETY: a graded test has one thread.
            match unsafe { fork() }.unwrap() {
                ForkResult::Parent { child } => child,
                ForkResult::Child => {
                    let write = || {
                        let mut writer = FrameWriter::new(&writer);
                        (0..FRAMES).all(|n| writer.write_frame(&payload(process, n)).is_ok())
                    };
                    let code = match catch_unwind(AssertUnwindSafe(write)) {
                        Ok(true) => 0,
                        _ => 1,
                    };
                    // SAFETY: `_exit` takes any code and does not return.
                    unsafe { libc::_exit(code) }
                }
            }
        })
        .collect();
    drop(writer);

    let mut reader = FrameReader::new(reader, PIPE_BUF as u32);
    let mut next = [0; PROCESSES as usize];
    loop {
        let result = next_frame(&mut reader);
        let Ok(Some(got)) = &result else {
            assert_eq!(shown(&result), "the end", "after {next:?} frames of the four processes");
            break;
        };
        // Bytes of several frames make no frame of anybody.
        let process = got.get(3).copied().filter(|process| *process < PROCESSES);
        let whole = process.is_some_and(|process| {
            let number = next[usize::from(process)];
            next[usize::from(process)] += 1;
            *got == payload(process, number)
        });
        assert!(whole, "after {next:?} frames: no process wrote {}, then", shown(&result));
    }
    for child in children {
        assert_eq!(waitpid(child, None), Ok(WaitStatus::Exited(child, 0)), "all was written");
    }
    assert_eq!(next, [FRAMES; PROCESSES as usize], "how many frames came of each process");
}
