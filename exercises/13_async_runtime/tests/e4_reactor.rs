//! Exercise 13.4: `async_runtime::e4_reactor`.

#[path = "support/by_hand.rs"]
mod by_hand;
#[path = "support/clients.rs"]
mod clients;
#[path = "support/interest.rs"]
mod interest;

use std::cell::{Cell, RefCell};
use std::env;
use std::fs::{self, File};
use std::future::{pending, poll_fn, ready};
use std::io::{self, ErrorKind, PipeReader, PipeWriter, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use async_runtime::e4_reactor::{Async, Elapsed, Sleep, run, sleep, spawn, timeout};
use async_runtime::given::{at_the_last_moment, rounds, yield_now};
use by_hand::{Bell, Counter, Holder, discard, poll_with, wakers_of};
use clients::Clients;
use grade::asleep::Thread;
use grade::cpu::{self, spent_by};
use grade::storm::SignalStorm;
use interest::{open_epolls, registrations_of};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::eventfd::{EfdFlags, EventFd};

/// Longer than a test: who waits for the end of it is ended.
const HOUR: Duration = Duration::from_secs(3_600);

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// Waits without the runtime, as a task should not.
fn hold_the_thread_until(time: Instant) {
    while let left = time.saturating_duration_since(Instant::now())
        && left > Duration::ZERO
    {
        thread::sleep(left);
    }
}

/// So many rounds of the executor, and so much time on a processor, are too many for tasks that all
/// wait for something that comes in half a second.
const TOO_MANY_ROUNDS: u64 = 50;
const TOO_BUSY: Duration = ms(100);

/// A wake-up of a task leads to no more rounds than this.
const FEW_ROUNDS: u64 = 8;

/// A reactor that looks so many rounds later has not looked while there was something else to do.
const TOO_LATE: u64 = 200;

/// For so long a thread that sleeps is left alone: one that looks again and again would do so meanwhile.
const LEFT_ASLEEP: Duration = ms(1_000);

/// Waits for half a second, and for what else there is, which does not come meanwhile.
#[track_caller]
fn assert_quiet(what: &str) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        let before = (rounds(), cpu::Mark::set());
        sleep(ms(500)).await;
        let rounds = rounds() - before.0;
        let busy = before.1.spent().time;
        assert!(
            rounds < TOO_MANY_ROUNDS && busy < TOO_BUSY,
            "{what}, and nothing happens for half a second: the executor went through {rounds} \
             rounds meanwhile, and kept the processor busy for {busy:?} (asked at line {})",
            caller.line()
        );
    }
}

/// Lets each task be polled, and the reactor look.
async fn settle() {
    for _ in 0..3 {
        yield_now().await;
    }
    sleep(ms(2)).await;
}

/// Runs tasks, one of which ends; the others hold something. Also gives a sleep that has begun.
async fn work(name: &str, held: &Rc<()>) -> (usize, Sleep) {
    let length = spawn(async {
        sleep(ms(20)).await;
        sleep(Duration::ZERO).await;
        40
    });
    for _ in 0..100 {
        let held = Rc::clone(held);
        spawn(async move {
            sleep(HOUR).await;
            drop(held);
        });
    }
    let output = length.await + name.len();
    let threads = fs::read_dir("/proc/self/task").unwrap().count();
    assert_eq!(threads, 1, "threads of the process: `run` has that of the caller");
    let mut kept = sleep(HOUR);
    assert!(poll_with(pin!(&mut kept), &Counter::new()).is_pending());
    (output, kept)
}

#[grade::test(
    census = true,
    hint = "what holds your reactor when `run` has returned: a variable of the thread, a task, a \
            descriptor that is not yet dropped? What wakes `main` when its time has come?"
)]
fn step1_tasks_run_until_main_ends_and_nothing_stays() {
    for turn in 0..2 {
        let name = String::from("borrowed");
        let held = Rc::new(());
        let (output, kept) = run(work(&name, &held));
        assert_eq!(output, 48, "what `main` returns; call {turn}");
        assert_eq!(Rc::strong_count(&held), 1, "`main` has ended: tasks that still hold something");
        // One that outlives the runtime.
        discard(kept);
    }
    // A `run` within it panics, and disturbs nothing; a panic of `main` leaves nothing.
    let unwound = catch_unwind(|| {
        run(async {
            let inner = catch_unwind(|| run(ready(())));
            assert!(inner.is_err(), "a `run` within `run`");
            sleep(ms(1)).await;
            resume_unwind(Box::new(1_214_u64));
        })
    });
    let payload = unwound.expect_err("`main` has panicked");
    assert_eq!(payload.downcast_ref::<u64>(), Some(&1_214), "the payload of the panic of `main`");
    let left = open_epolls();
    assert_eq!(left, 0, "epoll descriptors that are open after a panic of `main`");
}

const SLEEPS: usize = 40;

/// Starts tasks that sleep, none with the deadline of another, and keeps the thread from looking
/// until all are due. Tells in which order they have ended, and between which times each deadline was.
/// `None`: some were due before all of them slept.
async fn ended_in_order(shortest: Duration) -> Option<(Vec<usize>, Vec<(Instant, Instant)>)> {
    let ended = Rc::new(RefCell::new(Vec::new()));
    let mut deadlines = Vec::new();
    let mut tasks = Vec::new();
    for index in 0..SLEEPS {
        let length = shortest + ms((index * 17 % SLEEPS) as u64);
        let before = Instant::now();
        let sleeping = sleep(length);
        deadlines.push((before + length, Instant::now() + length));
        let ended = Rc::clone(&ended);
        tasks.push(spawn(async move {
            sleeping.await;
            // No load makes a clock run faster.
            assert!(Instant::now() >= before + length, "a sleep of {length:?} has ended too early");
            ended.borrow_mut().push(index);
        }));
    }
    for _ in 0..3 {
        yield_now().await;
    }
    if deadlines.iter().any(|(earliest, _)| *earliest <= Instant::now()) {
        return None;
    }
    deadlines.iter().for_each(|(_, latest)| hold_the_thread_until(*latest));
    for task in tasks {
        task.await;
    }
    Some((ended.take(), deadlines))
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "several sleeps are over when the reactor looks: whom does it wake first? From when on is \
            the length of a sleep counted?"
)]
fn step1_sleeps_end_in_the_order_of_their_deadlines() {
    let order = (0..6).find_map(|doubled| run(ended_in_order(ms(100 << doubled))));
    let (ended, deadlines) = order.expect("the machine starts 40 tasks in three seconds");
    for (position, later) in ended.iter().enumerate() {
        for sooner in &ended[position..] {
            assert!(
                deadlines[*sooner].1 >= deadlines[*later].0,
                "sleep {later} has ended before sleep {sooner}, whose deadline is earlier; all ended \
                 in the order {ended:?}"
            );
        }
    }
    // The time of a sleep goes on before anyone waits for it.
    run(async {
        let ended = Rc::new(RefCell::new(Vec::new()));
        let start = Instant::now();
        let first = sleep(ms(300));
        hold_the_thread_until(start + ms(290));
        let tasks =
            [(first, "begun first"), (sleep(ms(200)), "begun second")].map(|(sleep, name)| {
                let ended = Rc::clone(&ended);
                spawn(async move {
                    sleep.await;
                    ended.borrow_mut().push(name);
                })
            });
        for task in tasks {
            task.await;
        }
        let ended = ended.take();
        assert_eq!(
            ended,
            ["begun first", "begun second"],
            "the first sleep was made, and waited for when most of its time was over"
        );
    });
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "what does epoll_wait do with a timeout of 0? How does a time become whole milliseconds?"
)]
fn step1_who_waits_for_time_does_not_look_at_the_clock_all_the_time() {
    const NAPS: u32 = 300;
    // Less than three milliseconds, and more than two.
    const NAP: Duration = Duration::from_micros(2_900);
    let before = rounds();
    let ((), spent) = spent_by(|| {
        run(async {
            for _ in 0..NAPS {
                let end = Instant::now() + NAP;
                sleep(NAP).await;
                assert!(Instant::now() >= end, "a sleep of {NAP:?} has ended too early");
            }
        });
    });
    let rounds = rounds() - before;
    assert!(
        rounds < 10 * u64::from(NAPS) && spent.time < ms(1) * NAPS / 2,
        "{NAPS} sleeps of {NAP:?}, one after the other: the executor went through {rounds} rounds, and \
         kept the processor busy for {:?}. A thread that sleeps does neither",
        spent.time
    );
    run(assert_quiet("a task sleeps"));
}

/// A sleep that was polled with each of these wakers before it is over, and when it is.
fn begun_sleep(counters: &[&Arc<Counter>]) -> (Sleep, Instant) {
    let begin = |doubled: u32| {
        let length = ms(10 << doubled);
        let mut sleep = sleep(length);
        let end = Instant::now() + length;
        let pending = |counter| poll_with(pin!(&mut sleep), counter).is_pending();
        counters.iter().copied().all(pending).then_some((sleep, end))
    };
    (0..9).find_map(begin).expect("a sleep of two seconds takes longer than to poll it twice")
}

/// Does something to a sleep that has a waker whose drop drops another sleep.
fn assert_frees_what_a_waker_holds(what: &str, act: impl FnOnce(Sleep)) {
    let counter = Counter::new();
    let mut held = sleep(HOUR);
    assert!(poll_with(pin!(&mut held), &counter).is_pending(), "an hour is not over");
    let mut outer = sleep(HOUR);
    let holder = Holder::waker(held);
    let polled = pin!(&mut outer).poll(&mut Context::from_waker(&holder));
    assert!(polled.is_pending(), "an hour is not over");
    drop(holder);
    let freed = catch_unwind(AssertUnwindSafe(|| act(outer)));
    assert!(
        freed.is_ok(),
        "{what}, and its old waker is dropped, which drops another sleep: that panics"
    );
    assert_eq!(
        wakers_of(&counter),
        0,
        "{what}, and with its old waker another: wakers that are kept"
    );
}

#[grade::test(
    hint = "who still keeps a waker when the future that left it is gone? Which waker counts when a \
            future was polled with two? The drop of a waker may run any code: what is borrowed then?"
)]
fn step1_a_dropped_sleep_leaves_no_timer() {
    run(async {
        let counter = Counter::new();
        let mut sleeps: Vec<_> = (0..100).map(|index| sleep(HOUR * (index % 7 + 1))).collect();
        for sleep in &mut sleeps {
            assert!(poll_with(pin!(sleep), &counter).is_pending(), "an hour is not over");
        }
        drop(sleeps);
        assert_eq!(
            wakers_of(&counter),
            0,
            "wakers that are kept for 100 sleeps, which are dropped"
        );

        let (late, end) = begun_sleep(&[&counter]);
        discard(late);
        hold_the_thread_until(end);
        settle().await;
        assert_eq!(
            counter.woken(),
            0,
            "how often a sleep has woken that was dropped before its end"
        );

        let (first, second) = (Counter::new(), Counter::new());
        let (mut twice, end) = begun_sleep(&[&first, &second]);
        hold_the_thread_until(end);
        settle().await;
        assert_eq!(
            (first.woken(), second.woken()),
            (0, 1),
            "a sleep was polled with one waker, then with another: how often each was woken"
        );
        assert!(poll_with(pin!(&mut twice), &second).is_ready(), "the time of the sleep is over");
        discard(twice);
        assert_eq!(wakers_of(&second), 0, "wakers that are kept for a sleep that is over");

        assert_frees_what_a_waker_holds("a sleep is dropped", discard);
        assert_frees_what_a_waker_holds("a sleep is polled with another waker", |mut sleep| {
            assert!(poll_with(pin!(&mut sleep), &counter).is_pending(), "an hour is not over");
        });

        assert_eq!(
            timeout(Duration::ZERO, ready(7)).await,
            Ok(7),
            "a future that is ready at once"
        );
        assert_eq!(timeout(ms(1), pending::<()>()).await, Err(Elapsed), "a future that never ends");
        assert_eq!(
            timeout(Duration::MAX, sleep(ms(1))).await,
            Ok(()),
            "the timeout is the longest"
        );
        let mut long = Box::pin(timeout(HOUR, pending::<()>()));
        assert!(poll_with(long.as_mut(), &counter).is_pending(), "an hour is not over");
        drop(long);
        assert_eq!(wakers_of(&counter), 0, "wakers that are kept for a timeout, which is dropped");
    });
}

#[grade::test(
    timeout_ms = 15_000,
    census = true,
    hint = "the thread sleeps in epoll_wait when another thread wakes a task: what makes it return? \
            And when it is only about to sleep, because no task was ready a moment ago? Is what made it \
            return still there when it sleeps again?"
)]
fn step2_a_wake_up_from_another_thread_ends_the_wait() {
    let runtime = Thread::current();
    // The third has more milliseconds than there are numbers of 32 bits.
    let lengths = [None, Some(HOUR), Some(ms(1 << 40)), Some(Duration::MAX)];
    for length in lengths {
        let what = match length {
            None => "nobody sleeps".to_owned(),
            Some(length) => format!("a task sleeps for {length:?}"),
        };
        run(async {
            let bell = Bell::new();
            let ringing = Arc::clone(&bell);
            let ringer = thread::spawn(move || {
                let asleep = runtime.has_fallen_asleep();
                if length.is_none() {
                    thread::sleep(LEFT_ASLEEP);
                }
                ringing.ring();
                asleep
            });
            if let Some(length) = length {
                spawn(sleep(length));
            }
            let before = rounds();
            spawn(async move { bell.has_rung(1).await }).await;
            let rounds = rounds() - before;
            assert!(ringer.join().unwrap(), "{what}, and the thread never does");
            assert!(
                rounds < FEW_ROUNDS,
                "{what}, until another thread wakes a task: the executor went through {rounds} rounds, \
                 though it sleeps until then"
            );
            assert_quiet("another thread has woken a task").await;
        });
    }
    // Each ring comes when the thread is asleep, and nothing else ends the sleep.
    run(async {
        let bell = Bell::new();
        let ringing = Arc::clone(&bell);
        let (ask, asked) = mpsc::channel();
        let ringer = thread::spawn(move || {
            for () in asked {
                runtime.has_fallen_asleep();
                ringing.ring();
            }
        });
        for times in 1..=30 {
            ask.send(()).unwrap();
            bell.has_rung(times).await;
        }
        drop(ask);
        ringer.join().unwrap();
    });
    // Each ring comes when the executor has found nobody ready, and the thread does not sleep yet.
    run(async {
        let bell = Bell::new();
        for times in 1..=3 {
            let ringing = Arc::clone(&bell);
            at_the_last_moment(move || thread::spawn(move || ringing.ring()).join().unwrap());
            bell.has_rung(times).await;
        }
    });
    run(async {
        const EACH: usize = 2_000;
        let bell = Bell::new();
        let ringers = [(); 4].map(|()| {
            let bell = Arc::clone(&bell);
            thread::spawn(move || (0..EACH).for_each(|_| bell.ring()))
        });
        bell.has_rung(4 * EACH).await;
        ringers.into_iter().for_each(|ringer| ringer.join().unwrap());
    });
    // A waker that outlives the runtime, and what has the number of its descriptor then.
    let waker = run(poll_fn(|cx| Poll::Ready(cx.waker().clone())));
    let flags = EfdFlags::EFD_NONBLOCK.union(EfdFlags::EFD_CLOEXEC);
    let others = [(); 8].map(|()| EventFd::from_flags(flags).unwrap());
    thread::spawn(move || waker.wake()).join().unwrap();
    for other in &others {
        assert_eq!(
            other.read(),
            Err(Errno::EAGAIN),
            "`run` had returned when its waker was used; it \
                   has written to a descriptor of somebody else"
        );
    }
}

/// A pipe, one of whose ends tasks can wait for.
fn pipe_to_read() -> (Async<PipeReader>, PipeWriter) {
    let (reader, writer) = io::pipe().unwrap();
    (Async::new(reader).expect("epoll watches pipes"), writer)
}

fn pipe_to_write() -> (PipeReader, Async<PipeWriter>) {
    let (reader, writer) = io::pipe().unwrap();
    (reader, Async::new(writer).expect("epoll watches pipes"))
}

async fn read_byte(reader: &Async<PipeReader>) -> io::Result<Option<u8>> {
    let mut byte = [0];
    let count = reader.read_with(|mut reader| reader.read(&mut byte)).await?;
    Ok((count == 1).then_some(byte[0]))
}

/// Writes until there is no room.
fn fill(mut writer: impl Write) -> io::Result<usize> {
    let mut sum = 0;
    loop {
        match writer.write(&[0; 4_096]) {
            Ok(count) => sum += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(sum),
            Err(error) => return Err(error),
        }
    }
}

#[grade::test(
    timeout_ms = 10_000,
    census = true,
    hint = "when do you try, and when do you wait? An event may be older than your waker, or come only \
            once. Which events come at the end of a pipe, of either side (epoll_ctl(2))?"
)]
fn step3_a_task_goes_on_when_there_is_something_to_read_or_room_to_write() {
    run(async {
        let file = Async::new(File::open(env::current_exe().unwrap()).unwrap());
        let error = file.err().and_then(|error| error.raw_os_error());
        assert_eq!(error, Some(Errno::EPERM as i32), "the error for a regular file");

        let (reader, writer) = io::pipe().unwrap();
        fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_APPEND)).unwrap();
        let writer = Async::new(writer).unwrap();
        writer
            .write_with(|writer| {
                let flags = OFlag::from_bits_retain(fcntl(writer, FcntlArg::F_GETFL)?);
                let wanted = OFlag::O_APPEND | OFlag::O_NONBLOCK;
                assert!(
                    flags.contains(wanted),
                    "O_NONBLOCK is set, and the other flags stay: {flags:?}"
                );
                Ok(())
            })
            .await
            .unwrap();
        drop((reader, writer));

        // A task that waits holds up no other, and one write is enough for several reads.
        let (reader, mut writer) = pipe_to_read();
        let task = spawn(async move {
            let mut got = Vec::new();
            while let Some(byte) = read_byte(&reader).await.unwrap() {
                got.push(byte);
                if got.len() % 3 == 0 {
                    sleep(ms(1)).await;
                }
            }
            got
        });
        settle().await;
        writer.write_all(b"seven b").unwrap();
        settle().await;
        writer.write_all(b"ytes").unwrap();
        settle().await;
        drop(writer);
        assert_eq!(task.await, b"seven bytes", "what was read, a byte at a time, to the end");

        let (mut reader, writer) = pipe_to_write();
        let full = writer.write_with(|writer| fill(writer)).await.unwrap();
        let task = spawn(async move {
            let room = writer.write_with(|mut writer| writer.write(&[0; 4_096])).await;
            (room.unwrap(), writer)
        });
        settle().await;
        reader.read_exact(&mut vec![0; full]).unwrap();
        let (written, writer) = task.await;
        assert_eq!(written, 4_096, "what was written when there was room again");
        let filled = writer.write_with(|writer| fill(writer)).await;
        assert!(filled.is_ok(), "the rest of the pipe is filled: {filled:?}");
        let task =
            spawn(async move { writer.write_with(|mut writer| writer.write(&[0; 4_096])).await });
        settle().await;
        drop(reader);
        let error = task.await.err().map(|error| error.kind());
        assert_eq!(error, Some(ErrorKind::BrokenPipe), "a write while nobody reads any more");

        let (reader, mut writer) = pipe_to_read();
        let refused =
            reader.read_with(|_| Err::<(), _>(io::Error::from(ErrorKind::NotFound))).await;
        assert_eq!(
            refused.unwrap_err().kind(),
            ErrorKind::NotFound,
            "another error of the operation"
        );
        let late = timeout(ms(5), read_byte(&reader)).await;
        assert!(matches!(late, Err(Elapsed)), "there is nothing to read: {late:?}");
        let (first, second) = (Counter::new(), Counter::new());
        let mut reading = pin!(read_byte(&reader));
        for counter in [&first, &second] {
            assert!(poll_with(reading.as_mut(), counter).is_pending(), "there is nothing to read");
        }
        writer.write_all(b"x").unwrap();
        settle().await;
        assert!(
            second.woken() > 0,
            "a read was polled with one waker, then with another; now there is something to read, and \
             the second was not woken"
        );
        assert_eq!(reading.await.unwrap(), Some(b'x'), "what was read");
    });
}

#[grade::test(
    timeout_ms = 10_000,
    census = true,
    hint = "what does EPOLL_CTL_MOD do to the interest that was there? Whose waker is replaced by \
            whose? Does the event for one task still leave an interest for the other?"
)]
fn step3_each_direction_has_a_task_of_its_own() {
    run(async {
        let (ours, theirs) = UnixStream::pair().unwrap();
        theirs.set_nonblocking(true).unwrap();
        let ours = Rc::new(Async::new(ours).unwrap());
        let wait_for = |reads: bool| {
            let done = Rc::new(Cell::new(false));
            let (ours, is_done) = (Rc::clone(&ours), Rc::clone(&done));
            spawn(async move {
                if reads {
                    ours.read_with(|mut ours| ours.read_exact(&mut [0])).await.unwrap();
                } else {
                    ours.write_with(|mut ours| ours.write_all(&[0])).await.unwrap();
                }
                is_done.set(true);
            });
            done
        };
        let drain = |mut theirs: &UnixStream| {
            let mut bytes = vec![0; 1 << 16];
            while theirs.read(&mut bytes).is_ok() {}
        };
        let verb = |reads| if reads { "reads" } else { "writes" };
        // Who waits first, and who can go on first: `true` is the task that reads.
        for (waits, goes) in
            [(true, true), (true, false), (false, true), (false, false), (true, true)]
        {
            let filled = ours.write_with(|ours| fill(ours)).await;
            assert!(filled.is_ok(), "the socket is filled: {filled:?}");
            let first = wait_for(waits);
            settle().await;
            let second = wait_for(!waits);
            settle().await;
            let (reads, writes) = if waits { (first, second) } else { (second, first) };
            assert!(!reads.get() && !writes.get(), "neither direction is ready");
            for now in [goes, !goes] {
                if now {
                    (&theirs).write_all(b"x").unwrap();
                } else {
                    drain(&theirs);
                }
                settle().await;
                settle().await;
                let (done, other) = if now { (&reads, &writes) } else { (&writes, &reads) };
                assert!(
                    done.get(),
                    "two tasks wait for one socket, the one that {} since longer. The one that {} can \
                     go on, as the {} of them, and does not",
                    verb(waits),
                    verb(now),
                    if now == goes { "first" } else { "second" }
                );
                assert_eq!(other.get(), now != goes, "whether the one that {} is done", verb(!now));
            }
            drain(&theirs);
        }
    });
}

#[grade::test(
    timeout_ms = 10_000,
    census = true,
    hint = "what is ready now that nobody waits for, and does epoll_wait return for it? An interest \
            ends with the open file, not with the number (epoll(7)): when do you take it back?"
)]
fn step4_a_dropped_descriptor_is_not_registered_any_more() {
    run(async {
        // Both directions are ready, and nobody waits for either.
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        theirs.write_all(b"unread").unwrap();
        let ours = Async::new(ours).unwrap();
        assert_quiet("a socket has bytes and room, which no task waits for").await;
        let first = ours.read_with(|mut ours| ours.read(&mut [0])).await;
        assert_eq!(first.unwrap(), 1, "bytes that were read");
        assert_quiet("a socket has more bytes than were read").await;
        drop(theirs);
        assert_quiet("the other end of a socket is closed, and no task waits for it").await;
        discard(ours);

        let (reader, mut writer) = io::pipe().unwrap();
        for turn in 1..=3 {
            let counter = Counter::new();
            let again = Async::new(&reader);
            let again =
                again.unwrap_or_else(|error| panic!("registration {turn} of a pipe: {error}"));
            let mut reading = Box::pin(again.read_with(|&(mut reader)| reader.read(&mut [0])));
            assert!(poll_with(reading.as_mut(), &counter).is_pending(), "the pipe is empty");
            drop(reading);
            discard(again);
            let left = registrations_of(reader.as_raw_fd());
            assert_eq!(left, 0, "registrations of a pipe whose `Async` is dropped");
            assert_eq!(
                wakers_of(&counter),
                0,
                "wakers that are kept for an `Async` that is dropped"
            );
        }

        // The file stays open by another descriptor, and the number belongs to another pipe.
        let other = reader.try_clone().unwrap();
        let (fresh, mut to_fresh) = io::pipe().unwrap();
        let number = reader.as_raw_fd();
        let waiting = spawn(async move {
            let reader = Async::new(reader).unwrap();
            read_byte(&reader).await
        });
        settle().await;
        waiting.cancel();
        settle().await;
        assert_eq!(registrations_of(number), 0, "registrations of a pipe whose task is canceled");
        let fresh = with_number(fresh, number);
        let fresh = Async::new(fresh).expect("epoll watches a pipe");
        let counter = Counter::new();
        let mut reading = pin!(read_byte(&fresh));
        assert!(poll_with(reading.as_mut(), &counter).is_pending(), "the new pipe is empty");
        writer.write_all(b"for the old one").unwrap();
        assert_quiet("what was written to a pipe is not read").await;
        assert_eq!(
            counter.woken(),
            0,
            "how often the task of a new pipe was woken; bytes came for an old one, which had its number"
        );
        to_fresh.write_all(b"y").unwrap();
        assert_eq!(reading.await.unwrap(), Some(b'y'), "what was read from the new pipe");
        drop(other);
    });

    // One outlives `run`. Then two do, the second of which keeps what they share.
    let outlives = run(async { pipe_to_read() });
    discard(outlives);
    let (reader, writer) = io::pipe().unwrap();
    let (other, number) = (reader.try_clone().unwrap(), reader.as_raw_fd());
    let (first, second) = run(async { (Async::new(reader).unwrap(), pipe_to_read()) });
    discard(first);
    let left = registrations_of(number);
    assert_eq!(left, 0, "registrations of a pipe whose `Async` is dropped after `run`");
    discard(second);
    drop((other, writer));
}

/// The same pipe at another number, which is free.
fn with_number(reader: PipeReader, number: i32) -> PipeReader {
    let moved = fcntl(&reader, FcntlArg::F_DUPFD_CLOEXEC(number)).unwrap();
    assert_eq!(moved, number, "the number is free");
    // SAFETY: the descriptor is new, so nothing else owns it.
    unsafe { OwnedFd::from_raw_fd(moved) }.into()
}

/// What is ready, or due, is seen within a few rounds, though other tasks can run.
async fn assert_looks_often(busy: &str) {
    let (reader, mut writer) = io::pipe().unwrap();
    let reader = Rc::new(Async::new(reader).unwrap());
    for turn in 1..=5 {
        let reading = {
            let reader = Rc::clone(&reader);
            spawn(async move { read_byte(&reader).await })
        };
        let sleeping = spawn(sleep(ms(10)));
        for _ in 0..3 {
            yield_now().await;
        }
        hold_the_thread_until(Instant::now() + ms(10));
        writer.write_all(b"x").unwrap();
        let before = rounds();
        sleeping.await;
        assert_eq!(reading.await.unwrap(), Some(b'x'), "what was read while {busy}");
        let rounds = rounds() - before;
        assert!(
            rounds < TOO_LATE,
            "{busy}. A sleep was over, and a pipe had something to read: their tasks went on {rounds} \
             rounds later (turn {turn})"
        );
    }
}

#[grade::test(
    timeout_ms = 10_000,
    census = true,
    hint = "what does the reactor do while there are tasks that can run, and events that have come? Who \
            is left out when it does only one thing at a time, and how long when it seldom looks?"
)]
fn step4_what_is_always_ready_starves_nobody() {
    // A task that is always ready, then events that always come.
    for busy in ["a task is always ready", "events come all the time"] {
        let over = Rc::new(Cell::new(false));
        let (reader, mut writer) = io::pipe().unwrap();
        run(async {
            if busy == "a task is always ready" {
                let over = Rc::clone(&over);
                spawn(async move {
                    while !over.get() {
                        yield_now().await;
                    }
                });
            } else {
                let (left, right) = UnixStream::pair().unwrap();
                left.set_nonblocking(true).unwrap();
                (&left).write_all(b"ball").unwrap();
                for side in [left, right] {
                    let side = Async::new(side).unwrap();
                    let over = Rc::clone(&over);
                    spawn(async move {
                        let mut ball = [0; 4];
                        while !over.get() {
                            side.read_with(|mut side| side.read_exact(&mut ball)).await.unwrap();
                            side.write_with(|mut side| side.write_all(&ball)).await.unwrap();
                        }
                    });
                }
            }
            let reader = Async::new(reader).unwrap();
            sleep(ms(10)).await;
            let reading = spawn(async move { read_byte(&reader).await });
            sleep(ms(10)).await;
            writer.write_all(b"x").unwrap();
            assert_eq!(reading.await.unwrap(), Some(b'x'), "what was read while {busy}");
            assert_looks_often(busy).await;
            let bell = Bell::new();
            let ringing = Arc::clone(&bell);
            let ringer = thread::spawn(move || ringing.ring());
            bell.has_rung(1).await;
            ringer.join().unwrap();
            over.set(true);
        });
    }
}

/// So many connections are open at the same time.
const CONNECTIONS: usize = 1_000;

async fn echo(stream: TcpStream) -> io::Result<usize> {
    let stream = Async::new(stream)?;
    let mut bytes = [0; 64];
    let mut sum = 0;
    loop {
        let count = stream.read_with(|mut stream| stream.read(&mut bytes)).await?;
        if count == 0 {
            return Ok(sum);
        }
        let mut rest = &bytes[..count];
        while !rest.is_empty() {
            let written = stream.write_with(|mut stream| stream.write(rest)).await?;
            rest = &rest[written..];
        }
        sum += count;
    }
}

#[grade::test(
    timeout_ms = 30_000,
    census = true,
    hint = "what does epoll_wait return when a signal handler has run meanwhile, and how much of the \
            time is left then?"
)]
fn step4_a_thousand_connections_are_served_in_a_storm_of_signals() {
    let connections = clients::allowed(CONNECTIONS);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (clients, clients_end) = Clients::start(listener.local_addr().unwrap(), connections);
    let storm = SignalStorm::start().unwrap();
    let served = run(async {
        let before = storm.interruptions();
        // A machine that stands still for a while interrupts nothing meanwhile.
        sleep(ms(1_000)).await;
        assert!(storm.interruptions() > before, "the storm interrupts");

        let served = Rc::new(RefCell::new(Vec::new()));
        let accepting = {
            let served = Rc::clone(&served);
            spawn(async move {
                let listener = Async::new(listener).unwrap();
                loop {
                    let (stream, _) = listener.read_with(TcpListener::accept).await.unwrap();
                    served.borrow_mut().push(spawn(echo(stream)));
                }
            })
        };
        // The clients close all connections, and then end.
        let end = read_byte(&Async::new(clients_end).unwrap()).await;
        assert_eq!(end.unwrap(), None, "the end of the clients");
        accepting.cancel();
        let mut sums = Vec::new();
        for task in served.take() {
            sums.push(task.await.unwrap());
        }
        sums
    });
    drop(storm);
    assert!(clients.are_content(), "a client was not answered with what it had said");
    assert_eq!(served.len(), connections, "connections that were served");
    let unlike = served.iter().filter(|sum| **sum != 2 * size_of::<usize>()).count();
    assert_eq!(unlike, 0, "connections on which not two messages were echoed");
}
