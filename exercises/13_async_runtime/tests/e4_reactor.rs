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
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use async_runtime::e4_reactor::{Async, Elapsed, Sleep, run, sleep, spawn, timeout};
use async_runtime::given::{at_the_last_moment, turns, yield_now};
use by_hand::{Bell, Counter, Holder, discard, poll_with, wakers_of};
use clients::Clients;
use grade::asleep::Thread;
use grade::cpu::{self, Spent, spent_by};
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

/// So many turns of the executor, and so much time on a processor, are too many for tasks that all
/// wait for something that comes in half a second.
const TOO_MANY_TURNS: u64 = 50;
const TOO_BUSY: Duration = ms(100);

/// A wake-up of a task leads to no more turns than this.
const FEW_TURNS: u64 = 8;

/// A reactor that looks so many turns later has not looked while there was something else to do.
const TOO_LATE: u64 = 200;

/// For so long a thread that sleeps is left alone: one that looks again and again would do so meanwhile.
const LEFT_ASLEEP: Duration = ms(1_000);

/// A thread that sleeps once, whatever else the test does meanwhile, goes to sleep less often than this.
const FEW_SLEEPS: u64 = 15;

/// What has not come by then does not come.
const PATIENCE: Duration = ms(5_000);

/// Waits for what must come; otherwise it fails with these words.
async fn comes<T>(otherwise: &str, future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.unwrap_or_else(|Elapsed| panic!("{otherwise}"))
}

fn assert_one_thread() {
    let threads = fs::read_dir("/proc/self/task").unwrap().count();
    assert_eq!(threads, 1, "threads of the process: `run` has that of the caller");
}

/// Waits for half a second, and for what else there is, which does not come meanwhile.
#[track_caller]
fn assert_quiet(what: &str) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        let before = (turns(), cpu::Mark::set());
        sleep(ms(500)).await;
        let turns = turns() - before.0;
        let Spent { time: busy, sleeps } = before.1.spent();
        // Who never sleeps gets little of a processor that others use, too.
        assert!(
            turns < TOO_MANY_TURNS && busy < TOO_BUSY && sleeps > 0,
            "{what}, and nothing happens for half a second: the executor went through {turns} \
             turns meanwhile, kept the processor busy for {busy:?}, and went to sleep {sleeps} times \
             (asked at line {})",
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
async fn work(name: &str, held: &Rc<()>) -> (usize, Pin<Box<Sleep>>) {
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
    assert_one_thread();
    let mut kept = Box::pin(sleep(HOUR));
    assert!(poll_with(kept.as_mut(), &Counter::new()).is_pending());
    (output, kept)
}

#[grade::test(
    census = true,
    hint = "what holds your reactor when `run` has returned: a variable of the thread, a task, a sleep \
            that is kept? And where `run` ends by a panic, or panics at once? What wakes `main` when its time has come?"
)]
fn step1_tasks_run_until_main_ends_and_nothing_stays() {
    for call in 0..2 {
        let name = String::from("borrowed");
        let held = Rc::new(());
        let (output, kept) = run(work(&name, &held));
        assert_eq!(output, 48, "what `main` returns; call {call}");
        assert_eq!(Rc::strong_count(&held), 1, "`main` has ended: tasks that still hold something");
        // One that outlives the runtime.
        discard(kept);
    }
    // A `run` within it panics, and disturbs nothing; a panic of `main` leaves nothing.
    let (inner_panics, goes_on) = (Cell::new(false), Cell::new(false));
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        run(async {
            inner_panics.set(catch_unwind(|| run(ready(()))).is_err());
            sleep(ms(1)).await;
            goes_on.set(true);
            resume_unwind(Box::new(1_214_u64));
        })
    }));
    assert!(inner_panics.get(), "a `run` within `run` panics, and this one has not");
    assert!(
        goes_on.get(),
        "after a `run` within `run`, which panics, a sleep of the outer one ends as if nothing had been"
    );
    let payload = unwound.expect_err("`main` has panicked");
    assert_eq!(payload.downcast_ref::<u64>(), Some(&1_214), "the payload of the panic of `main`");
    let left = open_epolls();
    assert_eq!(left, 0, "epoll descriptors that are open after a panic of `main`");
}

/// So many sleeps end within so few nanoseconds that some must have one deadline.
const TOGETHER: usize = 2_000;

async fn assert_all_end_together() {
    let target = Instant::now() + ms(500);
    let ended = Rc::new(Cell::new(0));
    let mut tasks = Vec::new();
    for _ in 0..TOGETHER {
        let ended = Rc::clone(&ended);
        let sleeping = sleep(target.saturating_duration_since(Instant::now()));
        tasks.push(spawn(async move {
            sleeping.await;
            ended.set(ended.get() + 1);
        }));
    }
    let all = async {
        for task in tasks {
            task.await;
        }
    };
    let _ = timeout(PATIENCE, all).await;
    assert_eq!(
        ended.get(),
        TOGETHER,
        "sleeps that have ended, of {TOGETHER} which were to end in one moment; some have the very same \
         deadline"
    );
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
    hint = "several sleeps are over when the reactor looks: whom does it wake first? What if two \
            have one deadline? From when on is the length of a sleep counted?"
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
    run(assert_all_end_together());
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
    let before = turns();
    let ((), spent) = spent_by(|| {
        run(async {
            for _ in 0..NAPS {
                let end = Instant::now() + NAP;
                sleep(NAP).await;
                assert!(Instant::now() >= end, "a sleep of {NAP:?} has ended too early");
            }
        });
    });
    let turns = turns() - before;
    assert!(
        turns < 10 * u64::from(NAPS) && spent.time < ms(1) * NAPS / 2,
        "{NAPS} sleeps of {NAP:?}, one after the other: the executor went through {turns} turns, and \
         kept the processor busy for {:?}. A thread that sleeps does neither",
        spent.time
    );
    // Less than half a millisecond. Who spins meanwhile never gives the processor away.
    const SHORT: Duration = Duration::from_micros(400);
    let ((), spent) = spent_by(|| {
        run(async {
            for _ in 0..NAPS {
                sleep(SHORT).await;
            }
        });
    });
    assert!(
        spent.sleeps > u64::from(NAPS) / 4,
        "{NAPS} sleeps of {SHORT:?}, one after the other: the thread went to sleep {} times",
        spent.sleeps
    );
    run(assert_quiet("a task sleeps"));
}

/// A sleep that was polled with each of these wakers before it is over, and when it is.
fn begun_sleep(counters: &[&Arc<Counter>]) -> (Pin<Box<Sleep>>, Instant) {
    let begin = |doubled: u32| {
        let length = ms(10 << doubled);
        let start = Instant::now();
        let mut sleep = Box::pin(sleep(length));
        let end = Instant::now() + length;
        for (polls, counter) in (1..).zip(counters) {
            if poll_with(sleep.as_mut(), counter).is_ready() {
                assert!(
                    Instant::now() >= start + length,
                    "a sleep of {length:?} has ended before its time, at poll {polls}"
                );
                return None;
            }
        }
        Some((sleep, end))
    };
    (0..9).find_map(begin).expect("the machine polls a sleep of two seconds before it is over")
}

/// Does something to a sleep that has a waker whose drop drops another sleep.
fn assert_frees_what_a_waker_holds(what: &str, act: impl FnOnce(Pin<Box<Sleep>>)) {
    let counter = Counter::new();
    let mut held = Box::pin(sleep(HOUR));
    assert!(poll_with(held.as_mut(), &counter).is_pending(), "an hour is not over");
    let mut outer = Box::pin(sleep(HOUR));
    let holder = Holder::waker(held);
    let polled = outer.as_mut().poll(&mut Context::from_waker(&holder));
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

/// The end of a sleep calls a waker that drops another sleep.
fn assert_a_wake_up_may_drop_a_sleep() {
    let counter = Counter::new();
    let woken = catch_unwind(AssertUnwindSafe(|| {
        run(async {
            let mut held = Box::pin(sleep(HOUR));
            assert!(poll_with(held.as_mut(), &counter).is_pending(), "an hour is not over");
            let length = ms(100);
            let mut outer = Box::pin(sleep(length));
            let end = Instant::now() + length;
            let holder = Holder::waker(held);
            // On a machine that stands still meanwhile it is over.
            let _ = outer.as_mut().poll(&mut Context::from_waker(&holder));
            drop(holder);
            hold_the_thread_until(end);
            settle().await;
        });
    }));
    assert!(
        woken.is_ok(),
        "the time of a sleep is over, and its waker is called, which drops another sleep: that panics"
    );
    assert_eq!(
        wakers_of(&counter),
        0,
        "wakers that are kept for a sleep that a wake-up has dropped"
    );
}

/// A future whose first poll comes early, and whose second comes late and finds what it waits for.
fn assert_what_is_there_is_in_time() {
    let attempt = |doubled: u32| {
        let (counter, is_there) = (Counter::new(), Cell::new(false));
        let length = ms(10 << doubled);
        let waits = poll_fn(|_| if is_there.get() { Poll::Ready(7) } else { Poll::Pending });
        let mut limited = pin!(timeout(length, waits));
        // On a machine that stands still meanwhile the time is over.
        if poll_with(limited.as_mut(), &counter).is_ready() {
            return None;
        }
        let end = Instant::now() + length;
        is_there.set(true);
        hold_the_thread_until(end);
        Some(poll_with(limited.as_mut(), &counter))
    };
    let polled = (0..9).find_map(attempt).expect("the machine polls a future within two seconds");
    assert_eq!(
        polled,
        Poll::Ready(Ok(7)),
        "a timeout is polled when its time is over; what its future waits for has come meanwhile"
    );
}

/// A reactor that still has the times of sleeps that were dropped gets up for them.
async fn assert_gets_up_for_nothing_else() {
    let counter = Counter::new();
    let mut dropped: Vec<_> = (1..100).map(|index| Box::pin(sleep(ms(100 + 5 * index)))).collect();
    for sleep in &mut dropped {
        let _ = poll_with(sleep.as_mut(), &counter);
    }
    drop(dropped);
    let before = cpu::Mark::set();
    sleep(ms(700)).await;
    let sleeps = before.spent().sleeps;
    assert!(
        sleeps < FEW_SLEEPS,
        "99 sleeps were dropped, and their times are not those of anybody: meanwhile a task slept once, and \
         its thread went to sleep {sleeps} times"
    );
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "who still keeps a waker when the future that left it is gone? Which waker counts when a \
            future was polled with two? The wake-up and the drop of a waker may run any code: what is borrowed then?"
)]
fn step1_a_dropped_sleep_leaves_no_timer() {
    run(async {
        let counter = Counter::new();
        let mut sleeps: Vec<_> =
            (0..100).map(|index| Box::pin(sleep(HOUR * (index % 7 + 1)))).collect();
        for sleep in &mut sleeps {
            assert!(poll_with(sleep.as_mut(), &counter).is_pending(), "an hour is not over");
        }
        drop(sleeps);
        assert_eq!(
            wakers_of(&counter),
            0,
            "wakers that are kept for 100 sleeps, which are dropped"
        );
        assert_gets_up_for_nothing_else().await;

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
        assert!(poll_with(twice.as_mut(), &second).is_ready(), "the time of the sleep is over");
        discard(twice);
        assert_eq!(wakers_of(&second), 0, "wakers that are kept for a sleep that is over");

        assert_frees_what_a_waker_holds("a sleep is dropped", discard);
        assert_frees_what_a_waker_holds("a sleep is polled with another waker", |mut sleep| {
            assert!(poll_with(sleep.as_mut(), &counter).is_pending(), "an hour is not over");
        });

        assert_eq!(
            timeout(Duration::ZERO, ready(7)).await,
            Ok(7),
            "a future that is ready at once"
        );
        assert_what_is_there_is_in_time();
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
    assert_a_wake_up_may_drop_a_sleep();
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
                let mark = cpu::Mark::set();
                if length.is_none() {
                    thread::sleep(LEFT_ASLEEP);
                }
                let sleeps = mark.spent().sleeps;
                ringing.ring();
                (asleep, sleeps)
            });
            if let Some(length) = length {
                spawn(sleep(length));
            }
            let before = turns();
            spawn(async move { bell.has_rung(1).await }).await;
            let turns = turns() - before;
            let (asleep, sleeps) = ringer.join().unwrap();
            assert!(asleep, "{what}, and the thread never does");
            assert!(
                sleeps < FEW_SLEEPS,
                "{what} for {LEFT_ASLEEP:?}, and the thread went to sleep {sleeps} times meanwhile: it \
                 looks again and again, or what it sleeps for ends too early"
            );
            assert!(
                turns < FEW_TURNS,
                "{what}, until another thread wakes a task: the executor went through {turns} turns, \
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

/// A task was woken, and somebody else has read the byte before it goes on.
async fn assert_waits_again() {
    let (reader, mut writer) = io::pipe().unwrap();
    let mut other = reader.try_clone().unwrap();
    let reader = Async::new(reader).unwrap();
    let task = spawn(async move { read_byte(&reader).await.map_err(|error| error.kind()) });
    settle().await;
    writer.write_all(b"x").unwrap();
    // The reactor looks, and `main` is polled before the task.
    yield_now().await;
    assert_eq!(other.read(&mut [0]).unwrap(), 1, "the byte is in the pipe");
    settle().await;
    writer.write_all(b"y").unwrap();
    let nobody = "a task was woken, but another reader had taken the byte. The next byte has come, and \
                  the task does not go on";
    assert_eq!(
        comes(nobody, task).await,
        Ok(Some(b'y')),
        "a task was woken, but another reader had taken the byte: what it reads when the next one comes"
    );
}

/// Whether a datagram that nobody takes is reported to its sender, as it is not everywhere.
fn is_refused() -> bool {
    let socket = socket_without_a_peer();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let refused = socket.send(b"x").and_then(|_| socket.recv(&mut [0]));
    refused.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

fn socket_without_a_peer() -> UdpSocket {
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    let ours = UdpSocket::bind("127.0.0.1:0").unwrap();
    ours.connect(peer.local_addr().unwrap()).unwrap();
    ours
}

/// An error comes, with nothing to read, while a task waits to read.
async fn assert_an_error_wakes_who_reads() {
    if !is_refused() {
        println!("skipped in part: the system does not tell that a datagram was refused");
        return;
    }
    let ours = Rc::new(Async::new(socket_without_a_peer()).unwrap());
    let task = {
        let ours = Rc::clone(&ours);
        spawn(async move { ours.read_with(|ours| ours.recv(&mut [0])).await })
    };
    settle().await;
    ours.write_with(|ours| ours.send(b"x")).await.expect("there is room for a datagram");
    let nobody = "a task waits to read, and there is an error for it (EPOLLERR): it does not go on";
    let error = comes(nobody, task).await.map_err(|error| error.kind());
    assert_eq!(error, Err(ErrorKind::ConnectionRefused), "a read when a datagram was refused");
}

/// Bytes come for another pipe.
async fn assert_wakes_nobody_else() {
    let counter = Counter::new();
    let (quiet, _held) = pipe_to_read();
    let mut waiting = pin!(read_byte(&quiet));
    assert!(poll_with(waiting.as_mut(), &counter).is_pending(), "there is nothing to read");
    let (reader, mut writer) = pipe_to_read();
    let task = spawn(async move { read_byte(&reader).await.unwrap() });
    settle().await;
    assert_quiet("two tasks wait for bytes of two pipes").await;
    writer.write_all(b"x").unwrap();
    assert_eq!(task.await, Some(b'x'), "what was read");
    settle().await;
    assert_eq!(
        counter.woken(),
        0,
        "how often a task was woken that waits for a pipe, when bytes have come for another one"
    );
}

#[grade::test(
    timeout_ms = 20_000,
    census = true,
    hint = "when do you try, and when do you wait? An event may be older than your waker, or come only \
            once; it says nothing of what somebody else does before you read. Which events come at the end of a pipe, of either side (epoll_ctl(2))?"
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
        let count = Rc::new(Cell::new(0));
        let counting = Rc::clone(&count);
        let task = spawn(async move {
            let mut got = Vec::new();
            while let Some(byte) = read_byte(&reader).await.unwrap() {
                got.push(byte);
                counting.set(got.len());
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
        // Where the end comes, the task has read all, and waits for more.
        let all_read = async {
            while count.get() < b"seven bytes".len() {
                sleep(ms(1)).await;
            }
        };
        comes("bytes were written in two pieces, and the task does not get all of them", all_read)
            .await;
        settle().await;
        drop(writer);
        let nobody =
            "a task waits to read from a pipe, whose last writer is closed: it does not go on";
        let got = comes(nobody, task).await;
        assert_eq!(got, b"seven bytes", "what was read, a byte at a time, to the end");

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
        let nobody =
            "a task waits to write to a pipe, whose last reader is closed: it does not go on";
        let error = comes(nobody, task).await.err().map(|error| error.kind());
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
        assert_wakes_nobody_else().await;
        assert_waits_again().await;
        assert_an_error_wakes_who_reads().await;
    });
}

#[grade::test(
    timeout_ms = 10_000,
    census = true,
    hint = "what does EPOLL_CTL_MOD do to the interest that was there? Whose waker is replaced by \
            whose? Does the event for one task still leave an interest for the other? And when one event \
            tells of both directions?"
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
        // Both come between two looks, and so in one event.
        let filled = ours.write_with(|ours| fill(ours)).await;
        assert!(filled.is_ok(), "the socket is filled: {filled:?}");
        let (reads, writes) = (wait_for(true), wait_for(false));
        settle().await;
        assert!(!reads.get() && !writes.get(), "neither direction is ready");
        (&theirs).write_all(b"x").unwrap();
        drain(&theirs);
        settle().await;
        settle().await;
        assert_eq!(
            (reads.get(), writes.get()),
            (true, true),
            "one task waits to read from a socket, one to write to it; now both can go on, at the same \
             time: whether the one that reads is done, and the one that writes"
        );
    });
}

/// A task that waits for a pipe.
type Task = Pin<Box<dyn Future<Output = ()>>>;

/// One that was polled with this waker, and owns its end of the pipe.
fn waiting_task(waker: &Waker) -> (Task, PipeWriter) {
    let (reader, writer) = pipe_to_read();
    let mut reading: Task = Box::pin(async move {
        let _ = read_byte(&reader).await;
    });
    let polled = reading.as_mut().poll(&mut Context::from_waker(waker));
    assert!(polled.is_pending(), "the pipe is empty");
    (reading, writer)
}

/// Does something to a task that waits for a pipe, by a waker that drops a registered pipe.
fn assert_a_waker_may_drop_a_pipe(what: &str, act: impl AsyncFnOnce(Task, PipeWriter)) {
    let counter = Counter::new();
    let freed = catch_unwind(AssertUnwindSafe(|| {
        run(async {
            let (held, _writer) = waiting_task(&Waker::from(Arc::clone(&counter)));
            let holder = Holder::waker(held);
            let (reading, writer) = waiting_task(&holder);
            drop(holder);
            act(reading, writer).await;
        });
    }));
    assert!(
        freed.is_ok(),
        "a task waits for a pipe, and {what}, which drops the `Async` of another pipe: that panics"
    );
    assert_eq!(
        wakers_of(&counter),
        0,
        "a task waits for a pipe, and {what}, which drops the `Async` of another pipe: wakers that are kept"
    );
}

/// One from an earlier `run` is dropped while a task waits for one like it.
fn assert_a_drop_is_of_its_own_run() {
    let old = run(async { pipe_to_read() });
    run(async {
        let (reader, mut writer) = pipe_to_read();
        let task = spawn(async move { read_byte(&reader).await.unwrap() });
        settle().await;
        discard(old);
        writer.write_all(b"z").unwrap();
        let nobody = "an `Async` of a `run` that is over was dropped; a task of this `run` waits for another \
                      pipe, for which a byte has come, and does not go on";
        assert_eq!(comes(nobody, task).await, Some(b'z'), "what was read");
    });
}

#[grade::test(
    timeout_ms = 20_000,
    census = true,
    hint = "what is ready now that nobody waits for, and does epoll_wait return for it? An interest \
            ends with the open file, not with the number (epoll(7)): when do you take it back, and from \
            whose list? A waker may drop an `Async`: what is borrowed while it is called, or dropped?"
)]
fn step4_a_dropped_descriptor_is_not_registered_any_more() {
    run(async {
        // Both directions are ready, and nobody waits for either.
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        theirs.write_all(b"unread").unwrap();
        let ours = Async::new(ours).unwrap();
        assert_one_thread();
        assert_quiet("a socket has bytes and room, which no task waits for").await;
        let first = ours.read_with(|mut ours| ours.read(&mut [0])).await;
        assert_eq!(first.unwrap(), 1, "bytes that were read");
        assert_quiet("a socket has more bytes than were read").await;
        drop(theirs);
        assert_quiet("the other end of a socket is closed, and no task waits for it").await;
        discard(ours);

        let (reader, mut writer) = io::pipe().unwrap();
        for attempt in 1..=3 {
            let counter = Counter::new();
            let again = Async::new(&reader);
            let again =
                again.unwrap_or_else(|error| panic!("registration {attempt} of a pipe: {error}"));
            let mut reading = Box::pin(again.read_with(|&(mut reader)| reader.read(&mut [0])));
            assert!(poll_with(reading.as_mut(), &counter).is_pending(), "the pipe is empty");
            drop(reading);
            for _ in 0..100 {
                let reading = pin!(again.read_with(|&(mut reader)| reader.read(&mut [0])));
                assert!(poll_with(reading, &counter).is_pending(), "the pipe is empty");
            }
            let kept = wakers_of(&counter);
            assert!(
                kept < 10,
                "100 reads, one after the other, were given up: {kept} wakers are kept for them"
            );
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

    assert_a_drop_is_of_its_own_run();
    assert_a_waker_may_drop_a_pipe("is dropped with its waker", async |reading, _writer| {
        drop(reading);
    });
    assert_a_waker_may_drop_a_pipe("is polled with another waker", async |mut reading, _writer| {
        assert!(
            poll_with(Pin::new(&mut reading), &Counter::new()).is_pending(),
            "the pipe is empty"
        );
    });
    assert_a_waker_may_drop_a_pipe("its waker is called", async |reading, mut writer| {
        writer.write_all(b"x").unwrap();
        settle().await;
        reading.await;
    });
}

/// The same pipe at another number, which is free.
fn with_number(reader: PipeReader, number: i32) -> PipeReader {
    let moved = fcntl(&reader, FcntlArg::F_DUPFD_CLOEXEC(number)).unwrap();
    assert_eq!(moved, number, "the number is free");
    // SAFETY: the descriptor is new, so nothing else owns it.
    unsafe { OwnedFd::from_raw_fd(moved) }.into()
}

/// What is ready, or due, is seen within a few turns, though other tasks can run.
async fn assert_looks_often(busy: &str) {
    let (reader, mut writer) = io::pipe().unwrap();
    let reader = Rc::new(Async::new(reader).unwrap());
    for attempt in 1..=5 {
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
        let before = turns();
        sleeping.await;
        assert_eq!(reading.await.unwrap(), Some(b'x'), "what was read while {busy}");
        let turns = turns() - before;
        assert!(
            turns < TOO_LATE,
            "{busy}. A sleep was over, and a pipe had something to read: their tasks went on {turns} \
             turns later (attempt {attempt})"
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
