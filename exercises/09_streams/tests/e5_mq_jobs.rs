//! Exercise 9.5: `streams::e5_mq_jobs`.

#[path = "support/closes.rs"]
mod closes;
#[path = "support/queue_name.rs"]
mod queue_name;
#[path = "support/told.rs"]
mod told;

use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use grade::naps;
use grade::storm::SignalStorm;
use nix::errno::Errno;
use nix::libc;
use nix::mqueue::{MQ_OFlag, mq_close, mq_open};
use nix::sys::stat::{Mode, umask};
use queue_name::QueueName;
use streams::e5_mq_jobs::JobQueue;
use streams::given::{Message, Open, QueueError};
use told::Told;

grade::note_naps!();

/// Longer than a test: who waits for the end of it is ended.
const LONG: Duration = Duration::from_secs(3_600);

/// For what does not come.
const SHORT: Duration = Duration::from_millis(300);

/// Another clock may be set while a wait runs, but not by so much.
const AT_LEAST: Duration = Duration::from_millis(150);

/// The largest queue that any user may make (mq_overview(7)).
const MOST: usize = 10;
const LARGEST: usize = 8192;

/// The lowest priority that is too high (mq_overview(7)).
const TOO_HIGH: u32 = 32_768;

#[track_caller]
fn open(name: &QueueName, open: Open, capacity: usize, max_body: usize) -> JobQueue {
    let queue = JobQueue::open(&name.0, open, capacity, max_body);
    queue.unwrap_or_else(|error| panic!("nothing prevents a queue with {open:?}: {error:?}"))
}

#[track_caller]
fn send(queue: &JobQueue, priority: u32, body: &[u8]) {
    let sent = queue.send(priority, body, Duration::ZERO);
    sent.unwrap_or_else(|error| panic!("there is room for a message: {error:?}"));
}

/// The body is shown by its length and its beginning.
#[track_caller]
fn assert_next(queue: &JobQueue, priority: u32, body: &[u8], what: &str) {
    let show = |body: &[u8]| (body.len(), body[..body.len().min(20)].escape_ascii().to_string());
    match queue.recv(Duration::ZERO) {
        Ok(message) => {
            let got = (message.priority, show(&message.body));
            assert_eq!(got, (priority, show(body)), "(priority, (length, beginning)) of {what}");
            assert!(message.body == body, "the body has other bytes: {what}");
        }
        Err(error) => panic!("{what}: {error:?}"),
    }
}

#[track_caller]
fn assert_left(queue: &JobQueue, wanted: usize, what: &str) {
    assert_eq!(queue.left_over(), Ok(wanted), "messages in the queue: {what}");
}

/// A result as the exit code of a child, and what such a code means.
fn code(result: Result<(), QueueError>) -> u8 {
    match result {
        Ok(()) => FINE,
        Err(QueueError::TimedOut) => 1,
        Err(QueueError::TooLong { .. }) => 2,
        Err(QueueError::Sys(_)) => 3,
    }
}
const FINE: u8 = 0;
const NAPPED: u8 = 4;
const CODES: &str = "0: fine, 1: `TimedOut`, 2: `TooLong`, 3: `Sys`, 4: it slept for less than a second at \
                     most, to look again, 101: a panic";

#[grade::test(
    census = true,
    needs = Some(grade::Needs::MessageQueues),
    hint = "which size must the buffer have, also for a short message, and how many bytes of it are the \
            message (mq_receive(3))? Who closes the queue, and how often? Whom do you tell that the \
            name was not there?"
)]
fn step1_a_message_arrives_as_it_was_sent() {
    let name = QueueName::new();
    let queue = open(&name, Open::Exclusive, MOST, LARGEST);
    assert_left(&queue, 0, "the queue is new");
    let largest: Vec<u8> = (0..LARGEST).map(|index| index as u8).collect();
    let bodies: [&[u8]; 5] = [b"hello", b"", &[0, 255, 10], &largest, b"the last"];
    bodies.iter().for_each(|body| send(&queue, 7, body));
    assert_left(&queue, bodies.len(), "so many have been sent");
    for body in bodies {
        assert_next(&queue, 7, body, "the next of the messages sent");
    }
    assert_left(&queue, 0, "all have been received");
    let other = open(&name, Open::Resume, MOST, LARGEST);
    queue.unlink().unwrap();
    let again = other.unlink();
    let wanted = Err(QueueError::Sys(Errno::ENOENT));
    assert_eq!(again, wanted, "another user has removed the name before");
    assert_eq!(closes::in_vain(), 0, "descriptors that were closed a second time");
    // The name is free again, also for one that makes sure of it.
    let queue = JobQueue::open(&name.0, Open::Exclusive, 1, 1);
    let queue = queue.unwrap_or_else(|error| panic!("the name was removed before: {error:?}"));
    queue.unlink().unwrap();
}

#[grade::test(
    census = true,
    needs = Some(grade::Needs::MessageQueues),
    hint = "which argument of the system calls carries the priority, on the way in and on the way out?"
)]
fn step1_the_highest_priority_comes_first() {
    let name = QueueName::new();
    let queue = open(&name, Open::Exclusive, MOST, 16);
    let sent: [(u32, &[u8]); 7] = [
        (1, b"low"),
        (5, b"first"),
        (0, b"lowest"),
        (5, b"second"),
        (TOO_HIGH - 1, b"highest"),
        (5, b"third"),
        (1, b"low, later"),
    ];
    for (priority, body) in sent {
        send(&queue, priority, body);
    }
    for index in [4, 1, 3, 5, 0, 6, 2] {
        let (priority, body) = sent[index];
        assert_next(&queue, priority, body, "the oldest message of the highest priority");
    }
    let refused = queue.send(TOO_HIGH, b"higher", SHORT);
    assert_eq!(refused, Err(QueueError::Sys(Errno::EINVAL)), "a priority that is too high");
    queue.unlink().unwrap();
}

#[grade::test(
    census = true,
    needs = Some(grade::Needs::MessageQueues),
    hint = "whose limit counts, that of the caller or that of the queue (mq_getattr(3))? What does a \
            receiver learn of bytes that were not sent?"
)]
fn step1_too_long_a_body_is_refused() {
    let name = QueueName::new();
    let queue = open(&name, Open::Exclusive, 1, 100);
    let refused = queue.send(1, &[b'x'; 101], LONG);
    assert_eq!(refused, Err(QueueError::TooLong { max: 100 }), "101 bytes for a queue of 100");
    assert_left(&queue, 0, "the message was refused");
    send(&queue, 1, &[b'x'; 100]);
    let refused = queue.send(1, &[b'x'; 101], LONG);
    assert_eq!(refused, Err(QueueError::TooLong { max: 100 }), "the same where the queue is full");
    assert_next(&queue, 1, &[b'x'; 100], "the longest message that fits");

    // This user asks for longer bodies, but the queue is there already.
    let other = open(&name, Open::Resume, 1, 200);
    let refused = other.send(1, &[b'x'; 150], Duration::ZERO);
    assert_eq!(refused, Err(QueueError::TooLong { max: 100 }), "another user made it for 100");
    assert_left(&other, 0, "the message was refused");
    other.unlink().unwrap();
}

/// Another process, which has ended, has made the queue and left these messages.
#[track_caller]
fn yesterday(name: &QueueName, capacity: usize, max_body: usize, drops: bool) {
    let queue = name.0.clone();
    let mut other = Told::to(move || {
        let result =
            JobQueue::open(&queue, Open::Exclusive, capacity, max_body).and_then(|queue| {
                queue.send(1, b"left", Duration::ZERO)?;
                queue.send(2, b"urgent", Duration::ZERO)?;
                if !drops {
                    // As one that is killed.
                    std::mem::forget(queue);
                }
                Ok(())
            });
        code(result)
    });
    other.go();
    assert_eq!(other.code(), FINE.into(), "how a process fared that sends two messages ({CODES})");
}

#[grade::test(
    census = true,
    needs = Some(grade::Needs::MessageQueues),
    hint = "whose attributes does a queue have that is opened and not made (mq_open(3))? Which buffer \
            does it demand? How long does a queue stay that nobody has open?"
)]
fn step2_resume_keeps_what_another_process_left() {
    for drops in [false, true] {
        let name = QueueName::new();
        yesterday(&name, 4, 500, drops);
        // It asks for less than there is.
        let queue = open(&name, Open::Resume, 1, 3);
        assert_left(&queue, 2, "another process sent two and ended");
        assert_next(&queue, 2, b"urgent", "the more urgent message of a process that has ended");
        drop(queue);
        let queue = open(&name, Open::Resume, 1, 3);
        assert_left(&queue, 1, "one was received, and the queue closed and opened again");
        assert_next(&queue, 1, b"left", "the other message of a process that has ended");
        send(&queue, 0, &[b'x'; 500]);
        assert_next(&queue, 0, &[b'x'; 500], "the longest message of the queue as it was made");
        queue.unlink().unwrap();
    }
    let name = QueueName::new();
    let queue = open(&name, Open::Resume, 2, 10);
    assert_left(&queue, 0, "there was none, and one was made");
    let refused = queue.send(0, &[b'x'; 11], Duration::ZERO);
    assert_eq!(
        refused,
        Err(QueueError::TooLong { max: 10 }),
        "one was made for bodies of 10 bytes"
    );
    (0..2).for_each(|_| send(&queue, 0, &[b'x'; 10]));
    let refused = queue.send(0, b"third", Duration::ZERO);
    assert_eq!(refused, Err(QueueError::TimedOut), "one was made for two messages");
    queue.unlink().unwrap();
}

#[grade::test(
    census = true,
    needs = Some(grade::Needs::MessageQueues),
    hint = "what does `O_CREAT` do where there is a queue already? Which of its attributes can still be \
            changed (mq_setattr(3))? And who may still have it open?"
)]
fn step2_fresh_discards_what_another_process_left() {
    for (capacity, max_body) in [(4, 500), (2, 50), (6, 700)] {
        let name = QueueName::new();
        yesterday(&name, 4, 500, false);
        let old = open(&name, Open::Resume, 4, 500);
        let queue = open(&name, Open::Fresh, capacity, max_body);
        assert_left(&queue, 0, "another process left two, which are to be discarded");
        send(&old, 0, b"to the old queue");
        assert_left(&queue, 0, "a user of the old queue has it open, and sends to it");
        drop(old);
        let body = vec![b'x'; max_body];
        let refused = queue.send(0, &vec![b'x'; max_body + 1], Duration::ZERO);
        let wanted = QueueError::TooLong { max: max_body };
        assert_eq!(refused, Err(wanted), "a byte more than a body of the new queue may have");
        for number in 0..capacity {
            let sent = queue.send(0, &body, Duration::ZERO);
            assert_eq!(sent, Ok(()), "message {number} of the {capacity} that the new queue holds");
        }
        let sent = queue.send(0, &body, Duration::ZERO);
        assert_eq!(sent, Err(QueueError::TimedOut), "one more than the {capacity} that it holds");
        assert_next(&queue, 0, &body, "the first message of the new queue");

        // The name is that of the new one.
        let other = open(&name, Open::Resume, 1, 1);
        assert_left(&other, capacity - 1, "seen by another user of the new queue");
        other.unlink().unwrap();
    }
    let name = QueueName::new();
    let queue = open(&name, Open::Fresh, 2, 10);
    assert_left(&queue, 0, "there was none, and one was made");
    queue.unlink().unwrap();
}

/// The permissions of a queue.
fn permissions(name: &QueueName) -> u32 {
    let queue = mq_open(name.0.as_str(), MQ_OFlag::O_RDWR, Mode::empty(), None).unwrap();
    // SAFETY: a queue is a descriptor, and the call fills in the zeros, which are a valid value.
    let there = unsafe {
        let mut there: libc::stat = std::mem::zeroed();
        assert_eq!(libc::fstat(queue.as_raw_fd(), &mut there), 0);
        there
    };
    mq_close(queue).unwrap();
    there.st_mode & 0o777
}

#[grade::test(
    census = true,
    needs = Some(grade::Needs::MessageQueues),
    hint = "which flag makes `mq_open` fail where the name is taken? What must not have happened to \
            that queue by then? Who may use a queue that you make?"
)]
fn step2_exclusive_leaves_alone_what_is_there() {
    let name = QueueName::new();
    yesterday(&name, 4, 500, true);
    let refused = JobQueue::open(&name.0, Open::Exclusive, 4, 500).map(drop);
    assert_eq!(refused, Err(QueueError::Sys(Errno::EEXIST)), "the name is taken");
    let queue = open(&name, Open::Resume, 4, 500);
    assert_left(&queue, 2, "somebody was refused, and nothing else happened");
    assert_next(&queue, 2, b"urgent", "a message from before somebody was refused");
    queue.unlink().unwrap();

    // The umask takes nothing away.
    umask(Mode::empty());
    for how in [Open::Exclusive, Open::Resume, Open::Fresh] {
        let name = QueueName::new();
        let queue = open(&name, how, 2, 10);
        let permissions = permissions(&name);
        assert_eq!(
            permissions & 0o077,
            0,
            "what others may do with a queue made by {how:?}: it has the permissions {permissions:o}"
        );
        queue.unlink().unwrap();
    }

    let name = QueueName::new();
    for how in [Open::Exclusive, Open::Resume, Open::Fresh] {
        let refused = JobQueue::open(&name.0, how, 0, 10).map(drop);
        let wanted = Err(QueueError::Sys(Errno::EINVAL));
        assert_eq!(refused, wanted, "a queue for no message at all, {how:?}");
    }
}

#[grade::test(
    timeout_ms = 15_000,
    census = true,
    needs = Some(grade::Needs::MessageQueues),
    hint = "is what you pass a length of time or a moment, and on which clock (mq_receive(3))? What does \
            a call return when a signal handler has run meanwhile?"
)]
fn step3_a_timeout_is_as_long_as_it_says() {
    let name = QueueName::new();
    let queue = open(&name, Open::Exclusive, 1, 10);
    let empty = || queue.recv(Duration::ZERO).map(drop);
    assert_eq!(empty(), Err(QueueError::TimedOut), "one look into an empty queue");
    let assert_waits = |wait: &dyn Fn() -> Result<(), QueueError>, what: &str| {
        let start = Instant::now();
        assert_eq!(wait(), Err(QueueError::TimedOut), "{what}");
        // No load makes a clock run faster.
        assert!(
            start.elapsed() >= AT_LEAST,
            "{what}: it gave up after {:?} of {SHORT:?}",
            start.elapsed()
        );
    };
    let receive = || queue.recv(SHORT).map(drop);
    let send_one = || queue.send(0, b"one more", SHORT);
    assert_waits(&receive, "nothing is sent");
    let storm = SignalStorm::start().unwrap();
    assert_waits(&receive, "many signals come, and no message");
    send(&queue, 3, b"full");
    assert_waits(&send_one, "many signals come, and the queue is full");
    drop(storm);
    assert_waits(&send_one, "the queue is full");
    let full = queue.send(0, b"one more", Duration::ZERO);
    assert_eq!(full, Err(QueueError::TimedOut), "one look at a full queue");
    assert_left(&queue, 1, "the others found no room");
    assert_next(&queue, 3, b"full", "the one message that there is");
    queue.unlink().unwrap();
}

#[grade::test(
    timeout_ms = 15_000,
    census = true,
    needs = Some(grade::Needs::MessageQueues),
    hint = "what is now plus `Duration::MAX`? What does a call return when a signal handler has run \
            meanwhile?"
)]
fn step3_who_waits_is_served_in_the_end() {
    for timeout in [LONG, Duration::MAX] {
        let name = QueueName::new();
        let child = |work: fn(&JobQueue, Duration) -> Result<(), QueueError>| {
            let queue = name.0.clone();
            let (begins, mut says) = io::pipe().unwrap();
            let told = Told::to(move || {
                let _storm = SignalStorm::start().unwrap();
                let queue = JobQueue::open(&queue, Open::Resume, 1, 10);
                says.write_all(b"b").unwrap();
                naps::watch();
                let code = code(queue.and_then(|queue| work(&queue, timeout)));
                let short = naps::shortest().is_some_and(|nap| nap < Duration::from_secs(1));
                if short { NAPPED } else { code }
            });
            (told, begins)
        };
        let (mut receiver, mut begins) = child(|queue, timeout| {
            let message = queue.recv(timeout)?;
            assert_eq!(message, Message { priority: 4, body: b"job".into() });
            Ok(())
        });
        let (mut sender, mut begins_too) = child(|queue, timeout| queue.send(5, b"late", timeout));

        let queue = open(&name, Open::Exclusive, 1, 10);
        receiver.go();
        // Nothing can be read where it has ended.
        let slept = begins.read(&mut [0]).is_ok() && receiver.is_asleep_and(|| true);
        send(&queue, 4, b"job");
        let code = receiver.code();
        assert_eq!(code, FINE.into(), "how the receiver fared, within {timeout:?} ({CODES})");
        assert!(slept, "the queue is empty, and the receiver does not sleep");

        send(&queue, 1, b"full");
        sender.go();
        let slept = begins_too.read(&mut [0]).is_ok() && sender.is_asleep_and(|| true);
        assert_next(&queue, 1, b"full", "the queue was full, and somebody else waits for room");
        let code = sender.code();
        assert_eq!(code, FINE.into(), "how the sender fared, within {timeout:?} ({CODES})");
        assert!(slept, "the queue is full, and the sender does not sleep");
        assert_next(&queue, 5, b"late", "the message of the one that waited for room");
        queue.unlink().unwrap();
    }
}

#[grade::test(
    timeout_ms = 15_000,
    census = true,
    needs = Some(grade::Needs::MessageQueues),
    hint = "what happens to the queue when one of several users closes it, or ends?"
)]
fn step3_processes_share_the_work() {
    const JOBS: u8 = 60;
    /// No more jobs are under way than the queue of the results holds.
    const UNDER_WAY: u8 = 8;
    let (jobs_name, done_name) = (QueueName::new(), QueueName::new());
    let mut workers: Vec<Told> = (0..3)
        .map(|_| {
            let (jobs, done) = (jobs_name.0.clone(), done_name.0.clone());
            Told::to(move || {
                let work = || {
                    loop {
                        // Each time as a new user.
                        let jobs = JobQueue::open(&jobs, Open::Resume, 4, 16)?;
                        let job = jobs.recv(LONG)?;
                        if job.body.is_empty() {
                            return Ok(());
                        }
                        let done = JobQueue::open(&done, Open::Resume, MOST, 16)?;
                        done.send(0, &job.body, LONG)?;
                    }
                };
                code(work())
            })
        })
        .collect();
    let jobs = open(&jobs_name, Open::Exclusive, 4, 16);
    let done = open(&done_name, Open::Exclusive, MOST, 16);
    workers.iter_mut().for_each(Told::go);
    let mut times = [0; JOBS as usize];
    let wait = Duration::from_secs(5);
    let mut take = || {
        let message = done.recv(wait).unwrap_or_else(|error| panic!("no result came: {error:?}"));
        times[usize::from(message.body[0])] += 1;
    };
    for job in 0..JOBS {
        jobs.send(1, &[job], wait).unwrap_or_else(|error| panic!("nobody takes a job: {error:?}"));
        if job >= UNDER_WAY {
            take();
        }
    }
    (0..UNDER_WAY).for_each(|_| take());
    assert_eq!(times, [1; JOBS as usize], "how many times each job was done");
    for _ in &workers {
        jobs.send(0, b"", wait).unwrap();
    }
    for worker in workers {
        assert_eq!(worker.code(), FINE.into(), "how a worker fared ({CODES})");
    }
    assert_left(&jobs, 0, "all jobs are done");
    jobs.unlink().unwrap();
    done.unlink().unwrap();
}
