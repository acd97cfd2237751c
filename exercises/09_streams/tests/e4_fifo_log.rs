//! Exercise 9.4: `streams::e4_fifo_log`.

#[path = "support/bind_moments.rs"]
mod bind_moments;
#[path = "support/fifo_moments.rs"]
mod fifo_moments;
#[path = "support/place.rs"]
mod place;
#[path = "support/told.rs"]
mod told;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use fifo_moments::OTHER;
use grade::cpu::spent_by;
use grade::naps;
use grade::storm::SignalStorm;
use nix::libc;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use place::Place;
use streams::e4_fifo_log::{Collector, LogError, log_line};
use told::Told;

grade::note_naps!();

/// Longer than a test: who waits for the end of it is ended.
const LONG: Duration = Duration::from_secs(3_600);

/// For a line that is there already: a right collector needs none of it.
const ENOUGH: Duration = Duration::from_secs(2);

/// For what does not come.
const SHORT: Duration = Duration::from_millis(300);

/// Longer than any pause of a shell that writes all the time.
const FAIR: Duration = Duration::from_secs(1);

/// The longest line that is sent, without its end.
const LONGEST: usize = libc::PIPE_BUF - 1;

#[track_caller]
fn bind(path: &Path) -> Collector {
    Collector::bind(path).unwrap_or_else(|error| panic!("nothing prevents a collector: {error:?}"))
}

#[track_caller]
fn send(path: &Path, line: &str) {
    let sent = log_line(path, line, ENOUGH);
    sent.unwrap_or_else(|error| panic!("there is a collector and room for a line: {error:?}"));
}

#[track_caller]
fn assert_next(collector: &mut Collector, timeout: Duration, wanted: Option<&str>, what: &str) {
    let line = collector.next_line(timeout).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(line.as_deref(), wanted, "{what}");
}

/// Opens a FIFO that has a reader, as any program may.
fn writer(path: &Path) -> File {
    OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(path).unwrap()
}

/// Opens a FIFO for reading, without waiting for a writer.
fn reader(path: &Path) -> File {
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path).unwrap()
}

/// A shell that runs this script, with the path as `$1`.
fn shell(script: &str, path: &Path) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh"]).arg(path).stdin(Stdio::null());
    shell
}

/// A result as the exit code of a child, and what such a code means.
fn code(result: Result<(), LogError>) -> u8 {
    match result {
        Ok(()) => SENT,
        Err(LogError::NoReader) => NO_READER,
        Err(LogError::LineTooLong(_)) => 2,
        Err(LogError::Exists(_)) => 3,
        Err(LogError::Io(_)) => 4,
    }
}
const SENT: u8 = 0;
const NO_READER: u8 = 1;
const CODES: &str = "0: sent, 1: `NoReader`, 2: `LineTooLong`, 3: `Exists`, 4: `Io`, 101: a panic";

#[grade::test(
    census = true,
    hint = "how many lines can one read bring, and what becomes of the others? If the test does not \
            end: what does `open` wait for?"
)]
fn step1_lines_arrive_one_by_one() {
    let place = Place::new();
    let path = place.path("log");
    let mut collector = bind(&path);
    assert!(fs::metadata(&path).unwrap().file_type().is_fifo(), "there is a FIFO at the path");
    assert_next(&mut collector, Duration::ZERO, None, "nobody has written");
    let longest = "x".repeat(LONGEST);
    let lines = ["one", "", " two words ", "return\r", "caf\u{e9}", &longest, "the last"];
    lines.iter().for_each(|line| send(&path, line));
    for line in lines {
        assert_next(&mut collector, Duration::ZERO, Some(line), "the next of the lines sent");
    }
    assert_next(&mut collector, Duration::ZERO, None, "all lines have been returned");

    // Any program can write to a FIFO.
    assert!(shell("printf 'of a\\nshell\\n' > \"$1\"", &path).status().unwrap().success());
    assert_next(&mut collector, Duration::ZERO, Some("of a"), "the first of two lines of a shell");
    assert_next(&mut collector, Duration::ZERO, Some("shell"), "the second of them");
}

#[grade::test(
    census = true,
    hint = "what has been read and is no line yet: where does it stay between two calls? When is a \
            text complete, so that it can be decoded?"
)]
fn step1_a_piece_of_a_line_waits_for_the_rest() {
    let place = Place::new();
    let path = place.path("log");
    let mut collector = bind(&path);
    let mut fifo = writer(&path);
    fifo.write_all(b"whole\nin pieces: caf\xc3").unwrap();
    assert_next(&mut collector, Duration::ZERO, Some("whole"), "a line, and a piece of the next");
    assert_next(
        &mut collector,
        Duration::ZERO,
        None,
        "there is a piece of a line, without its end",
    );
    assert_next(&mut collector, SHORT, None, "there is a piece of a line, without its end");
    fifo.write_all(b"\xa9, and").unwrap();
    assert_next(&mut collector, Duration::ZERO, None, "there are two pieces");
    fifo.write_all(b" more\nnext").unwrap();
    let wanted = Some("in pieces: caf\u{e9}, and more");
    assert_next(&mut collector, Duration::ZERO, wanted, "a line that came in three pieces");
    drop(fifo);
    assert_next(&mut collector, Duration::ZERO, None, "its writer left in the middle of a line");
    writer(&path).write_all(b" writer\n\xff no text \xff\n").unwrap();
    assert_next(
        &mut collector,
        Duration::ZERO,
        Some("next writer"),
        "the next writer ended the line",
    );
    let wanted = Some("\u{fffd} no text \u{fffd}");
    assert_next(&mut collector, Duration::ZERO, wanted, "a line with two bytes that are no UTF-8");

    // Longer than what a pipe holds: no line of `log_line`, but another program may write it.
    let half = "x".repeat(40_000);
    writer(&path).write_all(half.as_bytes()).unwrap();
    assert_next(&mut collector, SHORT, None, "half of a long line has come");
    writer(&path).write_all(format!("{half}\n").as_bytes()).unwrap();
    let line = collector.next_line(ENOUGH).unwrap();
    assert_eq!(line.map(|line| line.len()), Some(80_000), "the bytes of a long line in two halves");
}

/// How long the next test waits, and what that may cost.
const WAIT: Duration = Duration::from_secs(2);
const TOO_BUSY: Duration = Duration::from_millis(100);

#[grade::test(
    timeout_ms = 15_000,
    census = true,
    hint = "what does a read return when the last writer has left, and who can see to it that the \
            last writer never leaves?"
)]
fn step2_the_collector_outlives_its_writers() {
    let place = Place::new();
    let path = place.path("log");
    let mut collector = bind(&path);
    for line in ["first", "second"] {
        send(&path, line);
        assert_next(&mut collector, ENOUGH, Some(line), "the line of a writer that has left");
        let end = Instant::now() + WAIT;
        let (idle, spent) = spent_by(|| collector.next_line(WAIT));
        assert_eq!(idle.unwrap(), None, "all writers have left");
        // No load makes a clock run faster.
        assert!(Instant::now() >= end, "it gave up before the timeout of {WAIT:?} was over");
        assert!(
            spent.time < TOO_BUSY,
            "all writers have left, and the wait for the next one kept the processor busy for {:?}: \
             it did not sleep",
            spent.time
        );
    }
}

#[grade::test(
    census = true,
    hint = "a writer comes, writes and goes while you believe that there is none: who holds the FIFO \
            open in that moment, so that its bytes stay?"
)]
fn step2_no_line_is_lost_between_two_writers() {
    let place = Place::new();
    let path = place.path("log");
    let mut collector = bind(&path);
    for _ in 0..3 {
        send(&path, "before");
        assert_next(&mut collector, ENOUGH, Some("before"), "the line of a writer that has left");
        fifo_moments::after_an_end(&path);
        // One that never finds an end waits; the other writer comes a little later then.
        assert_next_or(&mut collector, &path);
    }
}

/// The other writer comes when a read has found the end, or after a while where none has.
#[track_caller]
fn assert_next_or(collector: &mut Collector, path: &Path) {
    let mut line = collector.next_line(SHORT).unwrap();
    if line.is_none() && fifo_moments::no_end_so_far() {
        send(path, OTHER);
        line = collector.next_line(ENOUGH).unwrap();
    }
    if line.is_none() {
        line = collector.next_line(ENOUGH).unwrap();
    }
    assert_eq!(
        line.as_deref(),
        Some(OTHER),
        "another writer came right after a read had found the end of the stream"
    );
}

#[grade::test(
    timeout_ms = 15_000,
    census = true,
    hint = "what may other processes write between two writes of yours, and in the middle of one \
            (pipe(7), PIPE_BUF)?"
)]
fn step2_a_line_is_sent_in_one_piece() {
    const LINES: usize = 50;
    let place = Place::new();
    let path = place.path("log");
    // Separate processes, each with lines of its own length.
    let mut writers: Vec<Told> = (0..8)
        .map(|number: usize| {
            let path = path.clone();
            Told::to(move || {
                let tail = number.to_string().repeat(500 * number + 1);
                let send = |line| log_line(&path, &format!("{number} {line} {tail}"), LONG);
                code((0..LINES).try_for_each(send))
            })
        })
        .collect();
    let mut collector = bind(&path);
    fifo_moments::after_a_write(Some(&path));
    let sent = log_line(&path, "in one piece", ENOUGH);
    fifo_moments::after_a_write(None);
    assert!(sent.is_ok(), "there is a collector and room for a line: {sent:?}");
    let what = "another writer wrote a line after the first write of this one";
    assert_next(&mut collector, ENOUGH, Some("in one piece"), what);
    assert_next(&mut collector, ENOUGH, Some(OTHER), what);

    writers.iter_mut().for_each(Told::go);
    let mut next = [0; 8];
    for _ in 0..8 * LINES {
        let line = collector.next_line(LONG).unwrap().unwrap_or_default();
        let mut words = line.splitn(3, ' ');
        let (number, index, tail) = (words.next(), words.next(), words.next().unwrap_or_default());
        let writer = number.and_then(|number| number.parse().ok()).filter(|&n: &usize| n < 8);
        let Some(writer) = writer else { panic!("a line of nobody, of {} bytes", line.len()) };
        assert_eq!(index, Some(&*next[writer].to_string()), "the next line of writer {writer}");
        assert_eq!(tail, writer.to_string().repeat(500 * writer + 1), "the rest of its line");
        next[writer] += 1;
    }
    for writer in writers {
        assert_eq!(writer.code(), SENT.into(), "how a writer fared ({CODES})");
    }
}

#[grade::test(
    census = true,
    hint = "what does `mkfifo` say where the path is taken, and by which kinds of files? How can you \
            tell whether somebody reads a FIFO, without waiting and without changing anything?"
)]
fn step3_a_fifo_without_a_reader_is_taken_over_and_nothing_else() {
    let place = Place::new();
    let path = place.path("log");
    let mut killed = Told::to({
        let path = path.clone();
        move || {
            // It ends without dropping the collector, as one that is killed.
            std::mem::forget(Collector::bind(&path));
            SENT
        }
    });
    killed.go();
    assert_eq!(killed.code(), SENT.into(), "a process that collects and ends at once");
    assert!(path.exists(), "its FIFO is still there");
    let mut collector = bind(&path);
    send(&path, "hello");
    assert_next(
        &mut collector,
        ENOUGH,
        Some("hello"),
        "a line for the second collector of this path",
    );

    let second = Collector::bind(&path).map(drop);
    assert!(
        matches!(&second, Err(LogError::Exists(other)) if *other == path),
        "somebody collects at the path: wanted Err(Exists(path)), got {second:?}"
    );
    send(&path, "still there");
    assert_next(&mut collector, ENOUGH, Some("still there"), "after another collector was refused");

    let file = place.path("file");
    fs::write(&file, "precious").unwrap();
    let refused = Collector::bind(&file).map(drop);
    assert!(
        matches!(&refused, Err(LogError::Exists(other)) if *other == file),
        "a file is at the path: wanted Err(Exists(path)), got {refused:?}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious", "what is in the file");

    let foreign = place.path("foreign");
    mkfifo(&foreign, Mode::S_IRWXU).unwrap();
    let other = reader(&foreign);
    let refused = Collector::bind(&foreign).map(drop);
    assert!(
        matches!(&refused, Err(LogError::Exists(other)) if *other == foreign),
        "a program that is no collector reads the FIFO: wanted Err(Exists(path)), got {refused:?}"
    );
    drop(other);

    let _socket = UnixListener::bind(place.path("socket")).unwrap();
    fs::create_dir(place.path("folder")).unwrap();
    symlink(place.path("nothing"), place.path("link")).unwrap();
    for what in ["socket", "folder", "link"] {
        let path = place.path(what);
        let kind = || fs::symlink_metadata(&path).map(|there| there.file_type()).ok();
        let before = kind();
        let refused = Collector::bind(&path).map(drop);
        assert!(
            matches!(&refused, Err(LogError::Exists(other)) if *other == path),
            "a {what} is at the path: wanted Err(Exists(path)), got {refused:?}"
        );
        assert_eq!(kind(), before, "what is at the path of the {what}");
    }
    let refused = Collector::bind(&place.path("no/such/folder")).map(drop);
    assert!(matches!(refused, Err(LogError::Io(_))), "wanted Err(Io(..)), got {refused:?}");
}

#[grade::test(
    timeout_ms = 20_000,
    census = true,
    hint = "to look and then to act are two steps, and another collector comes between them: what can \
            only one of them have (flock(2))?"
)]
fn step3_two_collectors_never_begin_at_once() {
    for left in [false, true] {
        let place = Place::new();
        for number in 0.. {
            let path = place.path(&format!("log{number}"));
            // The other one tells whether it has begun, and collects until it is told to end.
            let (mut told, mut tell) = io::pipe().unwrap();
            let (mut end, mut ends) = io::pipe().unwrap();
            let other = Arc::new(Mutex::new(Told::to({
                let path = path.clone();
                move || {
                    let collector = Collector::bind(&path);
                    tell.write_all(&[u8::from(collector.is_ok())]).unwrap();
                    let _ = end.read(&mut [0]);
                    SENT
                }
            })));
            if left {
                mkfifo(&path, Mode::S_IRWXU).unwrap();
            }
            let (acts, has_told) = (other.clone(), told.try_clone().unwrap());
            bind_moments::before_call(number, move || {
                let mut other = acts.lock().unwrap();
                other.go();
                // It may wait for something that we have.
                let start = Instant::now();
                other.is_asleep_and(|| waiting(&has_told) > 0 || start.elapsed() > FAIR);
            });
            let collector = Collector::bind(&path);
            let reached = bind_moments::was_reached();
            let mut began = [0];
            if waiting(&told) > 0 {
                told.read_exact(&mut began).unwrap();
            }
            assert!(
                collector.is_err() || began == [0],
                "both have begun: the other one came before call {number} of `bind` to the system, and \
                 {} at the path before",
                if left { "a FIFO was" } else { "nothing was" }
            );
            if let Ok(mut collector) = collector {
                send(&path, "hello");
                assert_next(&mut collector, ENOUGH, Some("hello"), "a line for the one that began");
            }
            let other = Arc::into_inner(other).expect("the action is over");
            let mut other = other.into_inner().unwrap();
            if !reached {
                other.go();
            }
            ends.write_all(b"e").unwrap();
            assert_eq!(other.code(), SENT.into(), "how the other process fared ({CODES})");
            if !reached {
                break;
            }
        }
    }
}

#[grade::test(
    census = true,
    hint = "the path may lead to another file than the one that you have made: what tells two files \
            apart (stat(2))?"
)]
fn step3_the_collector_removes_its_own_fifo_alone() {
    let place = Place::new();
    let path = place.path("log");
    drop(bind(&path));
    assert!(!path.exists(), "the FIFO is still there, and its collector is not");

    let collector = bind(&path);
    fs::rename(&path, place.path("moved")).unwrap();
    drop(collector);

    let collector = bind(&path);
    fs::remove_file(&path).unwrap();
    fs::write(&path, "precious").unwrap();
    drop(collector);
    assert!(
        path.exists(),
        "a file of others was removed: it had the path when the collector ended"
    );

    fs::remove_file(&path).unwrap();
    let collector = bind(&path);
    fs::rename(&path, place.path("moved too")).unwrap();
    let mut next = bind(&path);
    drop(collector);
    assert!(path.exists(), "the FIFO of another collector was removed: it had the path");
    send(&path, "hello");
    assert_next(&mut next, ENOUGH, Some("hello"), "a line for the other collector");
}

#[grade::test(
    census = true,
    hint = "what does `open` for writing do where nobody reads, where there is no file, and where \
            there is another kind of file (open(2), fifo(7))?"
)]
fn step3_a_line_that_cannot_be_sent_is_refused() {
    let place = Place::new();
    let path = place.path("log");
    let sent = log_line(&path, "hello", SHORT);
    assert!(matches!(sent, Err(LogError::NoReader)), "there is no file: got {sent:?}");
    assert!(!path.exists(), "there was no file at the path, and now there is one");
    mkfifo(&path, Mode::S_IRWXU).unwrap();
    for wait in [Duration::ZERO, SHORT] {
        let end = Instant::now() + wait;
        let sent = log_line(&path, "hello", wait);
        assert!(matches!(sent, Err(LogError::NoReader)), "nobody reads the FIFO: got {sent:?}");
        assert!(Instant::now() >= end, "it gave up before the wait of {wait:?} was over");
    }
    let file = place.path("file");
    fs::write(&file, "precious").unwrap();
    let sent = log_line(&file, "hello", ENOUGH);
    assert!(
        matches!(&sent, Err(LogError::Exists(other)) if *other == file),
        "a file is at the path: wanted Err(Exists(path)), got {sent:?}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious", "what is in the file");
    let _socket = UnixListener::bind(place.path("socket")).unwrap();
    fs::create_dir(place.path("folder")).unwrap();
    for what in ["socket", "folder"] {
        let path = place.path(what);
        let sent = log_line(&path, "hello", SHORT);
        assert!(
            matches!(&sent, Err(LogError::Exists(other)) if *other == path),
            "a {what} is at the path: wanted Err(Exists(path)), got {sent:?}"
        );
    }
    symlink(place.path("nowhere"), place.path("link")).unwrap();
    let sent = log_line(&place.path("link"), "hello", SHORT);
    assert!(matches!(sent, Err(LogError::NoReader)), "a link leads to no file: got {sent:?}");
    assert!(!place.path("nowhere").exists(), "a link led to no file, and now there is one");

    // These lines are refused, whether there is a reader or not.
    let mut fifo = reader(&path);
    for path in [&path, &place.path("nothing")] {
        // Half as many letters as bytes.
        for line in ["x".repeat(LONGEST + 1), "\u{e9}".repeat(LONGEST / 2 + 1)] {
            let sent = log_line(path, &line, LONG);
            assert!(
                matches!(sent, Err(LogError::LineTooLong(length)) if length == line.len()),
                "a line of {} bytes and its end: got {sent:?}",
                line.len()
            );
        }
        for line in ["two\nlines", "hello\n", "\n", "\nhello"] {
            let sent = log_line(path, line, LONG);
            assert!(
                matches!(&sent, Err(LogError::Io(error)) if error.kind() == io::ErrorKind::InvalidInput),
                "a line break in the line {line:?}: wanted Err(Io(InvalidInput)), got {sent:?}"
            );
        }
    }
    send(&path, "hello");
    let mut read = [0; 100];
    let count = fifo.read(&mut read).unwrap();
    assert_eq!(read[..count].escape_ascii().to_string(), "hello\\n", "all that is in the FIFO");
}

/// How many bytes wait in a FIFO.
fn waiting(fifo: &impl AsRawFd) -> usize {
    let mut count: libc::c_int = 0;
    // SAFETY: the call fills in a number.
    assert_eq!(unsafe { libc::ioctl(fifo.as_raw_fd(), libc::FIONREAD, &mut count) }, 0);
    count as usize
}

#[grade::test(
    timeout_ms = 15_000,
    census = true,
    hint = "what does your write do when the FIFO is full: wait, or fail? Which error says that the \
            reader is gone?"
)]
fn step4_a_writer_waits_for_room_and_for_no_dead_reader() {
    const LINES: usize = 40;
    let place = Place::new();
    let path = place.path("log");
    let line = |index: usize| format!("{index:0>LONGEST$}");
    let many = |path: &Path| {
        let path = path.to_owned();
        Told::to(move || {
            let _storm = SignalStorm::start().unwrap();
            code((0..LINES).try_for_each(|index| log_line(&path, &line(index), LONG)))
        })
    };
    let (mut patient, mut forlorn) = (many(&path), many(&path));
    let mut collector = bind(&path);

    let full = |told: &Told| {
        let fifo = reader(&path);
        // No more lines than so many pages of a pipe.
        told.is_asleep_and(|| waiting(&fifo) >= 16 * libc::PIPE_BUF)
    };
    patient.go();
    let sleeps = full(&patient);
    for index in 0..LINES {
        // Where the writer has failed, the rest does not come.
        let next = collector.next_line(ENOUGH).unwrap();
        let Some(next) = next else {
            let code = patient.code();
            panic!("line {index} of {LINES} did not come; how the writer fared: {code} ({CODES})");
        };
        assert!(next == line(index), "line {index} is another one, of {} bytes", next.len());
    }
    assert_eq!(patient.code(), SENT.into(), "how the writer fared ({CODES})");
    assert!(sleeps, "the FIFO is full, and the writer does not sleep until there is room");

    forlorn.go();
    full(&forlorn);
    drop(collector);
    let code = forlorn.code();
    assert_eq!(code, NO_READER.into(), "how the writer fared whose reader left ({CODES})");
}

#[grade::test(
    timeout_ms = 15_000,
    census = true,
    hint = "what does a system call return when a signal handler has run meanwhile? How much of the \
            timeout is left after that, or after a piece of a line? What is now plus `Duration::MAX`, \
            and how many milliseconds are seven weeks? \
            What does a writer do between two looks, and what wakes a collector without any?"
)]
fn step4_a_timeout_is_as_long_as_it_says() {
    let place = Place::new();
    let path = place.path("log");
    let mut late = Told::to({
        let path = path.clone();
        move || {
            // Some signals meanwhile.
            thread::sleep(Duration::from_millis(100));
            code(log_line(&path, "late", Duration::MAX))
        }
    });
    // This writer waits for a collector that is not there yet.
    let mut early = Told::to({
        let path = path.clone();
        move || {
            let _storm = SignalStorm::start().unwrap();
            code(log_line(&path, "early", Duration::MAX))
        }
    });
    early.go();
    assert!(
        early.is_asleep_and(|| true),
        "a writer without a collector never sleeps while it waits"
    );
    let mut collector = bind(&path);
    let storm = SignalStorm::start().unwrap();
    naps::watch();
    assert_next(&mut collector, Duration::MAX, Some("early"), "a writer waited for the collector");
    assert_eq!(early.code(), SENT.into(), "how that writer fared ({CODES})");
    late.go();
    // Cut to 32 bits it is less than a second.
    let weeks = Duration::from_millis((1 << 32) + 800);
    assert_next(&mut collector, weeks, Some("late"), "a line came after many signals");
    let shortest = naps::shortest().unwrap_or(LONG);
    assert!(
        shortest >= Duration::from_secs(1),
        "the timeouts were distant, and the collector slept for {shortest:?} at most, to look again"
    );
    assert_eq!(late.code(), SENT.into(), "how its writer fared ({CODES})");
    let end = Instant::now() + SHORT;
    assert_next(&mut collector, SHORT, None, "many signals came, and no line");
    assert!(Instant::now() >= end, "it gave up before the timeout of {SHORT:?} was over");
    drop(storm);

    // It ends when nobody reads any more.
    let script =
        "exec 3> \"$1\"; echo begun >&3; while printf x >&3; do sleep 0.05; done 2> /dev/null";
    let mut slow = shell(script, &path).spawn().unwrap();
    assert_next(&mut collector, LONG, Some("begun"), "a shell that writes all the time has begun");
    let end = Instant::now() + FAIR;
    assert_next(&mut collector, FAIR, None, "bytes came, again and again, but no end of a line");
    assert!(Instant::now() >= end, "it gave up before the timeout of {FAIR:?} was over");
    drop(collector);
    let _ = slow.kill();
    slow.wait().unwrap();
}
