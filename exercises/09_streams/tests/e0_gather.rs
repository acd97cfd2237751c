//! Exercise 9.0: `streams::e0_gather`.

use std::io::{PipeWriter, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Barrier};
use std::thread::{self, ThreadId};
use std::time::Duration;

use grade::tight;
use nix::libc;
use streams::e0_gather::{Speaker, gather};

/// How long somebody waits for a sign that `gather` has returned too soon. Where it is right, that
/// sign never comes.
const A_WHILE: Duration = Duration::from_millis(500);

/// A speaker that says this and closes its end.
fn says(text: impl AsRef<[u8]> + Send + 'static) -> Speaker {
    Box::new(move |mut end: PipeWriter| end.write_all(text.as_ref()).unwrap())
}

/// What is there, where it may be long, for a message.
fn shown(heard: &[u8]) -> String {
    let start = String::from_utf8_lossy(&heard[..heard.len().min(40)]);
    format!("{} bytes, which begin with {start:?}", heard.len())
}

#[grade::test(
    census = true,
    hint = "the read waits while anybody holds a writing end: who does, besides the speakers?"
)]
fn all_that_is_said_is_heard() {
    let heard = gather(vec![says("hello")]).unwrap();
    assert_eq!(shown(&heard), shown(b"hello"), "one speaker said hello");

    let mut heard = gather(vec![says("a"), says("b"), says(""), says("c")]).unwrap();
    heard.sort_unstable();
    assert_eq!(
        shown(&heard),
        shown(b"abc"),
        "three of four speakers said a letter each, in any order"
    );

    // Bytes, not text.
    let heard = gather(vec![says([0, 159, 146, 150, 255, 13, 10])]).unwrap();
    assert_eq!(heard, [0, 159, 146, 150, 255, 13, 10], "a speaker said bytes that are no text");
}

#[grade::test(hint = "how many writing ends are open if there is nobody to give one to?")]
fn without_speakers_there_is_nothing_to_hear() {
    assert_eq!(shown(&gather(Vec::new()).unwrap()), shown(b""), "there was no speaker");
}

#[grade::test(hint = "a full pipe puts the writer to sleep: who reads while a speaker speaks?")]
fn more_is_said_than_the_pipe_holds() {
    const LONG: usize = 1 << 20;
    for speakers in [1, 3] {
        let all = (0..speakers).map(|_| says(vec![b'x'; LONG])).collect();
        let heard = gather(all).unwrap();
        assert_eq!(heard.len(), speakers * LONG, "{speakers} said 1 MiB each");
        assert!(heard.iter().all(|byte| *byte == b'x'), "they said x, and nothing else");
    }
}

#[grade::test(hint = "every speaker waits here until all are there: are all of them running?")]
fn the_speakers_run_at_the_same_time() {
    let all_there = Arc::new(Barrier::new(3));
    let (tell, told) = mpsc::channel::<ThreadId>();
    let speakers = (0..3).map(|_| {
        let (all_there, tell) = (all_there.clone(), tell.clone());
        Box::new(move |mut end: PipeWriter| {
            all_there.wait();
            end.write_all(b"x").unwrap();
            tell.send(thread::current().id()).unwrap();
        }) as Speaker
    });
    let heard = gather(speakers.collect()).unwrap();
    assert_eq!(shown(&heard), shown(b"xxx"), "three speakers said x");
    drop(tell);
    let caller = thread::current().id();
    assert!(told.iter().all(|id| id != caller), "a speaker ran on the thread of the caller");
}

#[grade::test(hint = "two speakers take turns: does the reader have one pipe to read, or two?")]
fn what_is_said_first_is_heard_first() {
    let (to_second, second) = mpsc::channel();
    let (to_first, first) = mpsc::channel();
    let speaks = |words: [&'static str; 2], go: Receiver<()>, done: Sender<()>| {
        Box::new(move |mut end: PipeWriter| {
            for word in words {
                go.recv().unwrap();
                end.write_all(word.as_bytes()).unwrap();
                // The other may be gone when this one has spoken for the last time.
                let _ = done.send(());
            }
        }) as Speaker
    };
    to_first.send(()).unwrap();
    let speakers = vec![
        speaks(["one ", "three "], first, to_second),
        speaks(["two ", "four"], second, to_first),
    ];
    let heard = gather(speakers).unwrap();
    assert_eq!(shown(&heard), shown(b"one two three four"), "they spoke by turns");
}

#[grade::test(
    hint = "a speaker may return before its end is closed: what tells that all was said?"
)]
fn an_end_that_was_handed_on_keeps_the_pipe_open() {
    let (returned, has_returned) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel();
    let speaker = Box::new(move |mut end: PipeWriter| {
        let _ = thread::spawn(move || {
            // Whoever speaks now speaks after the speaker has returned, to a caller that waits.
            let too_soon = has_returned.recv_timeout(A_WHILE) != Err(RecvTimeoutError::Timeout);
            let _ = end.write_all(b"late");
            tell.send(too_soon).unwrap();
        });
    });
    let heard = gather(vec![speaker, says("")]).unwrap();
    let _ = returned.send(());
    assert!(!told.recv().unwrap(), "`gather` returned while an end of the pipe was open");
    assert_eq!(shown(&heard), shown(b"late"), "an end was handed on, and this was said by it");
}

#[grade::test(hint = "the stream has ended, and a thread has not: who waits for that?")]
fn it_returns_when_every_speaker_has_returned() {
    let (returned, has_returned) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel();
    let speaker = Box::new(move |end: PipeWriter| {
        drop(end);
        let too_soon = has_returned.recv_timeout(A_WHILE) != Err(RecvTimeoutError::Timeout);
        tell.send(too_soon).unwrap();
    });
    let heard = gather(vec![speaker]).unwrap();
    assert_eq!(shown(&heard), shown(b""), "the speaker said nothing");
    let _ = returned.send(());
    assert!(!told.recv().unwrap(), "`gather` returned while a speaker was running");
}

/// Says more than the pipe holds. It may be that nobody listens.
fn says_much(mut end: PipeWriter) {
    let _ = end.write_all(&[b'x'; 1 << 17]);
}

#[grade::test(
    hint = "a system without room for one more descriptor says so: hand its error on. Who speaks by \
            then, and who listens?"
)]
fn an_end_that_cannot_be_had_is_an_error() {
    for spare in [0, 2, 4] {
        let few = tight::few_descriptors(spare).unwrap();
        let result = gather((0..8).map(|_| Box::new(says_much) as Speaker).collect());
        drop(few);
        let errno = result.as_ref().err().and_then(|error| error.raw_os_error());
        assert_eq!(
            errno,
            Some(libc::EMFILE),
            "eight speakers, and room for {spare} descriptors: wanted EMFILE, got {result:?}"
        );
    }
}
