//! Exercise 2.3: `lifecycle::e3_child_reaper`.

#[path = "support/gaps.rs"]
mod gaps;
#[path = "support/meanwhile.rs"]
mod meanwhile;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind, PipeWriter, Read, Write};
use std::os::fd::AsRawFd;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use grade::cpu::spent_by;
use grade::storm::SignalStorm;
use grade::{clock, naps};
use lifecycle::e3_child_reaper::{self, Reaper};
use meanwhile::Meanwhile;
use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, kill, raise, sigaction};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::Pid;

grade::movable_clock!();
grade::note_naps!();

/// Longer than a test: who waits for the end of it is ended.
const LONG: Duration = Duration::from_secs(3_600);

/// For an exit that is there already: a right reaper needs none of it.
const ENOUGH: Duration = Duration::from_secs(2);

/// What `next_exit` tells, in a type of our own: its `==` is not the learner's to change.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Outcome {
    Exited(u8),
    Signaled(Signal),
}

fn next_exit(reaper: &mut Reaper, timeout: Duration) -> nix::Result<Option<(Pid, Outcome)>> {
    let exit = reaper.next_exit(timeout)?;
    Ok(exit.map(|(child, outcome)| match outcome {
        e3_child_reaper::Outcome::Exited(code) => (child, Outcome::Exited(code)),
        e3_child_reaper::Outcome::Signaled(signal) => (child, Outcome::Signaled(signal)),
    }))
}

/// A program that runs this script.
fn shell(script: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).stdin(Stdio::null());
    shell
}

/// Starts a program that waits for a line, or for the end of the pipe, and exits with this code.
fn start_waiting(reaper: &mut Reaper, code: u8) -> (Pid, PipeWriter) {
    let (input, release) = io::pipe().unwrap();
    let child = reaper.spawn(shell(&format!("read line; exit {code}")).stdin(input)).unwrap();
    (child, release)
}

/// Waits until a child has ended, and leaves its status where it is.
fn wait_until_dead(child: Pid) {
    waitid(Id::Pid(child), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).unwrap();
}

/// A child that the caller has started without the reaper, and that has ended.
fn dead_child_of_the_caller() -> Child {
    let other = shell("exit 8").spawn().unwrap();
    wait_until_dead(pid(&other));
    other
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}

/// Takes the status of a child that has exited with 8.
#[track_caller]
fn assert_left_alone(mut other: Child) {
    assert_eq!(
        other.wait().ok().and_then(|status| status.code()),
        Some(8),
        "the code of another child of the caller; the reaper must leave its status alone"
    );
}

#[grade::test(
    hint = "a child exits, or a signal terminates it: which variants of `WaitStatus`? If the test \
            does not end: what wakes the wait?"
)]
fn step1_the_end_of_a_child_is_reported() {
    let mut reaper = Reaper::new().unwrap();
    for (script, wanted) in [
        ("exit 0", Outcome::Exited(0)),
        ("exit 7", Outcome::Exited(7)),
        ("exit 255", Outcome::Exited(255)),
        ("kill -TERM $$", Outcome::Signaled(Signal::SIGTERM)),
        ("kill -KILL $$", Outcome::Signaled(Signal::SIGKILL)),
    ] {
        let child = reaper.spawn(&mut shell(script)).unwrap();
        let exit = next_exit(&mut reaper, LONG);
        assert_eq!(exit, Ok(Some((child, wanted))), "the program runs `{script}`");
    }
}

#[grade::test(
    timeout_ms = 2_000,
    hint = "who is left to wait for, when every child has been reported?"
)]
fn step1_without_a_child_there_is_nothing_to_wait_for() {
    let mut reaper = Reaper::new().unwrap();
    assert_eq!(reaper.live(), 0, "live children of a new reaper");
    assert_eq!(next_exit(&mut reaper, LONG), Ok(None), "nothing was started");

    let mut script = shell("exit 3");
    let mut children = [reaper.spawn(&mut script).unwrap(), reaper.spawn(&mut script).unwrap()];
    children.iter().for_each(|&child| wait_until_dead(child));
    assert_eq!(reaper.live(), 2, "live children: two have ended, and none was reported");
    for left in [1, 0] {
        let exit = next_exit(&mut reaper, LONG);
        let Ok(Some((child, Outcome::Exited(3)))) = exit else {
            panic!("one of {children:?} and its code 3 were expected; got {exit:?}");
        };
        let known = children.iter_mut().find(|known| **known == child);
        *known.expect("each child is reported once") = Pid::from_raw(0);
        assert_eq!(reaper.live(), left, "live children, after one more was reported");
    }
    assert_eq!(next_exit(&mut reaper, LONG), Ok(None), "all have been reported");
}

#[grade::test(timeout_ms = 2_000, hint = "what does `Command::spawn` return for such a program?")]
fn step1_a_program_that_is_missing_is_an_error_of_spawn() {
    let mut reaper = Reaper::new().unwrap();
    let error = reaper.spawn(&mut Command::new("/no/such/program")).map_err(|error| error.kind());
    assert_eq!(error, Err(ErrorKind::NotFound), "there is no such program");
    assert_eq!(reaper.live(), 0, "live children: none was started");
    assert_eq!(next_exit(&mut reaper, LONG), Ok(None), "there is nobody to wait for");
}

#[grade::test(timeout_ms = 2_000, hint = "WNOHANG: look, and do not wait")]
fn step1_a_timeout_of_zero_is_a_look() {
    let mut reaper = Reaper::new().unwrap();
    let (child, release) = start_waiting(&mut reaper, 4);
    assert_eq!(next_exit(&mut reaper, Duration::ZERO), Ok(None), "the child is alive");
    assert_eq!(reaper.live(), 1, "live children: one waits");
    drop(release);
    wait_until_dead(child);
    let exit = next_exit(&mut reaper, Duration::ZERO);
    assert_eq!(exit, Ok(Some((child, Outcome::Exited(4)))), "the child has ended");
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "a blocked signal is pending or not: how many exits can one SIGCHLD stand for?"
)]
fn step2_every_exit_is_reported_where_many_come_at_once() {
    let mut reaper = Reaper::new().unwrap();
    let (input, release) = io::pipe().unwrap();
    let mut wanted: BTreeMap<Pid, Outcome> = (0..20)
        .map(|code| {
            let mut script = shell(&format!("read line; exit {code}"));
            let child = reaper.spawn(script.stdin(input.try_clone().unwrap())).unwrap();
            (child, Outcome::Exited(code))
        })
        .collect();
    // All wait for the end of this pipe.
    drop(release);
    wanted.keys().for_each(|&child| wait_until_dead(child));
    for number in 1..=20 {
        let exit = next_exit(&mut reaper, ENOUGH).unwrap();
        let (child, outcome) = exit.unwrap_or_else(|| {
            panic!("20 children have ended, and exit number {number} is not reported")
        });
        assert_eq!(Some(outcome), wanted.remove(&child), "how child {child} ended");
    }
    assert_eq!(reaper.live(), 0, "live children, after all exits were reported");
}

#[grade::test(timeout_ms = 3_000, hint = "children end in any order: whom does a look ask?")]
fn step2_the_last_child_may_end_first() {
    let mut reaper = Reaper::new().unwrap();
    let (first, release_first) = start_waiting(&mut reaper, 1);
    let (last, release_last) = start_waiting(&mut reaper, 2);
    for (child, code, release) in [(last, 2, release_last), (first, 1, release_first)] {
        drop(release);
        wait_until_dead(child);
        let exit = next_exit(&mut reaper, LONG);
        assert_eq!(
            exit,
            Ok(Some((child, Outcome::Exited(code)))),
            "first the last, then the first"
        );
    }
}

#[grade::test(
    timeout_ms = 3_000,
    hint = "when does the reaper begin to listen, and who may have ended before that?"
)]
fn step2_an_exit_before_the_call_is_reported() {
    let mut reaper = Reaper::new().unwrap();
    let child = reaper.spawn(&mut shell("exit 5")).unwrap();
    wait_until_dead(child);
    let exit = next_exit(&mut reaper, LONG);
    assert_eq!(exit, Ok(Some((child, Outcome::Exited(5)))), "it ended before the call");

    // Now the child ends inside `spawn`, if anything changes the signal mask there.
    gaps::end_before_the_mask_changes();
    let child = reaper.spawn(&mut shell("exit 6")).unwrap();
    wait_until_dead(child);
    let exit = next_exit(&mut reaper, LONG);
    assert_eq!(exit, Ok(Some((child, Outcome::Exited(6)))), "it ended before the call");
}

#[grade::test(
    timeout_ms = 2_000,
    hint = "whose status does your wait collect, if the caller has other children?"
)]
fn step2_other_children_are_left_to_the_caller() {
    let other = dead_child_of_the_caller();
    let mut reaper = Reaper::new().unwrap();
    let (child, release) = start_waiting(&mut reaper, 2);
    assert_eq!(next_exit(&mut reaper, Duration::ZERO), Ok(None), "a child of others has ended");
    drop(release);
    wait_until_dead(child);
    let exit = next_exit(&mut reaper, LONG);
    assert_eq!(exit, Ok(Some((child, Outcome::Exited(2)))), "the child of the reaper");
    assert_left_alone(other);
}

#[grade::test(
    timeout_ms = 2_000,
    hint = "SIGCHLD comes for a stop too; a child that is stopped has not ended"
)]
fn step2_a_stop_is_not_an_exit() {
    let mut reaper = Reaper::new().unwrap();
    let (child, release) = start_waiting(&mut reaper, 1);
    for (signal, happens) in
        [(Signal::SIGSTOP, WaitPidFlag::WSTOPPED), (Signal::SIGCONT, WaitPidFlag::WCONTINUED)]
    {
        kill(child, signal).unwrap();
        waitid(Id::Pid(child), happens | WaitPidFlag::WNOWAIT).unwrap();
        assert_eq!(next_exit(&mut reaper, Duration::ZERO), Ok(None), "the child got {signal}");
        assert_eq!(reaper.live(), 1, "live children: one got {signal}");
    }
    drop(release);
    wait_until_dead(child);
    let exit = next_exit(&mut reaper, LONG);
    assert_eq!(exit, Ok(Some((child, Outcome::Exited(1)))), "now it has ended");
}

#[grade::test(hint = "what becomes of the errors of `waitpid`?")]
fn step2_a_status_that_others_have_taken_is_an_error() {
    let mut reaper = Reaper::new().unwrap();
    let taken = reaper.spawn(&mut shell("exit 0")).unwrap();
    let (child, release) = start_waiting(&mut reaper, 1);
    waitpid(taken, None).unwrap();
    let exit = next_exit(&mut reaper, ENOUGH);
    assert_eq!(exit, Err(Errno::ECHILD), "this test has taken the status of a child");
    assert_eq!(reaper.live(), 1, "live children: there were two, and of one the error has told");
    drop(release);
    wait_until_dead(child);
    let exit = next_exit(&mut reaper, ENOUGH);
    assert_eq!(exit, Ok(Some((child, Outcome::Exited(1)))), "the other child has ended");
}

#[grade::test(hint = "what wakes a process that sleeps when its child ends?")]
fn step3_an_exit_ends_the_wait() {
    let caller = Pid::this();
    let mut reaper = Reaper::new().unwrap();
    let (child, mut release) = start_waiting(&mut reaper, 3);
    let meanwhile = Meanwhile::starts(move || {
        support::has_fallen_asleep(caller);
        let _ = release.write_all(b"\n");
    });
    naps::watch();
    let exit = next_exit(&mut reaper, LONG);
    assert_eq!(exit, Ok(Some((child, Outcome::Exited(3)))), "the child ended during the wait");
    let shortest = naps::shortest().unwrap_or(LONG);
    assert!(
        shortest > LONG / 2,
        "the timeout was {LONG:?}, and the code went to sleep for {shortest:?} at most: it polls, \
         and a child that ends in between waits for the next look"
    );
    meanwhile.ends();
}

#[grade::test(
    hint = "what is now plus `Duration::MAX`, and how long a wait can the system call count? If \
            the test does not end: what wakes the wait?"
)]
fn step3_a_wait_may_be_long() {
    let caller = Pid::this();
    const DAYS: Duration = Duration::from_secs(60 * 24 * 3_600);
    for (timeout, what) in [
        (DAYS, "60 days"),
        (Duration::MAX / 2, "half of `Duration::MAX`"),
        (Duration::MAX, "`Duration::MAX`"),
    ] {
        let mut reaper = Reaper::new().unwrap();
        let (child, mut release) = start_waiting(&mut reaper, 2);
        let meanwhile = Meanwhile::starts(move || {
            support::has_fallen_asleep(caller);
            let _ = release.write_all(b"\n");
        });
        let exit = next_exit(&mut reaper, timeout);
        assert_eq!(exit, Ok(Some((child, Outcome::Exited(2)))), "the timeout is {what}");
        meanwhile.ends();
    }
}

/// How long the test of the timeout waits, and what a right reaper may spend on it.
const WAIT: Duration = Duration::from_secs(1);
const SLEEPS: u64 = 5;
const BUSY: Duration = Duration::from_millis(10);
const TOO_BUSY: Duration = Duration::from_millis(100);

#[grade::test(
    hint = "how does the kernel know when to wake you? And does anything make your wait return \
            at once, again and again, such as an event that nobody has read?"
)]
fn step3_it_sleeps_until_the_timeout() {
    let mut reaper = Reaper::new().unwrap();
    let (child, release) = start_waiting(&mut reaper, 0);
    // Others have a child as well, and it has ended: that is a SIGCHLD, and no exit.
    let other = dead_child_of_the_caller();

    let end = Instant::now() + WAIT;
    let (exit, spent) = spent_by(|| next_exit(&mut reaper, WAIT));
    assert_eq!(exit, Ok(None), "no child of the reaper has ended");
    // A lower bound holds on any machine: no load makes a clock run faster.
    assert!(Instant::now() >= end, "`next_exit` gave up before the timeout of {WAIT:?} was over");
    assert!(
        spent.sleeps <= SLEEPS,
        "one wait of {WAIT:?} went to sleep {} times: it polls, and a child that ends in between \
         waits for the next look",
        spent.sleeps
    );
    let spins = spent.sleeps == 0 && spent.time >= BUSY || spent.time >= TOO_BUSY;
    assert!(!spins, "the wait kept the processor busy for {:?}: it did not sleep", spent.time);
    assert_left_alone(other);
    drop(release);
    assert_eq!(next_exit(&mut reaper, LONG), Ok(Some((child, Outcome::Exited(0)))));
}

#[grade::test(
    timeout_ms = 3_000,
    hint = "the child ends right after a look that found it alive: is anything left that tells of \
            it when you sleep? Would a signal have been lost, or a signal been read and forgotten?"
)]
fn step3_an_exit_between_a_look_and_the_sleep_is_seen() {
    let caller = Pid::this();
    for look in 1..=4 {
        let mut reaper = Reaper::new().unwrap();
        let (child, mut release) = start_waiting(&mut reaper, 6);
        // Where a signal of another child is pending, the first sleep is none, and another look
        // comes after it.
        let other = dead_child_of_the_caller();
        gaps::end_after_looks(look, child, release.try_clone().unwrap());
        // One that looks less often gets an exit all the same.
        let meanwhile = Meanwhile::starts(move || {
            support::has_fallen_asleep(caller);
            let _ = release.write_all(b"\n");
        });
        let exit = next_exit(&mut reaper, LONG);
        assert_eq!(
            exit,
            Ok(Some((child, Outcome::Exited(6)))),
            "the child ended right after look {look} of this call, before the next sleep"
        );
        meanwhile.ends();
        assert_left_alone(other);
    }
}

#[grade::test(hint = "what does a system call return when a signal handler has run meanwhile?")]
fn step3_a_signal_does_not_end_the_wait() {
    let caller = Pid::this();
    // It ends after the reaper, which may have to let go of signals that it holds back.
    let storm = SignalStorm::start().unwrap();
    handle(Signal::SIGUSR1, pass_it_on);
    let (mut handled, writer) = io::pipe().unwrap();
    TO_TELL.store(writer.as_raw_fd(), Relaxed);

    let mut reaper = Reaper::new().unwrap();
    let (child, mut release) = start_waiting(&mut reaper, 5);
    let meanwhile = Meanwhile::starts(|| {
        support::interrupt_the_sleep_of(caller);
        let _ = kill(caller, Signal::SIGUSR1);
        // The caller has to handle it now, and not when the wait is over.
        let _ = handled.read(&mut [0]);
        let _ = release.write_all(b"\n");
    });
    let exit = next_exit(&mut reaper, LONG);
    assert_eq!(
        exit,
        Ok(Some((child, Outcome::Exited(5)))),
        "the child ended after signals had reached the waiting caller"
    );
    drop((storm, release));
    meanwhile.ends();
}

/// Installs a handler without `SA_RESTART`.
fn handle(signal: Signal, handler: extern "C" fn(libc::c_int)) {
    let action = SigAction::new(SigHandler::Handler(handler), SaFlags::empty(), SigSet::empty());
    // SAFETY: the handlers here touch atomics and make system calls, nothing else.
    unsafe { sigaction(signal, &action) }.unwrap();
}

/// The descriptor that a handler writes to.
static TO_TELL: AtomicI32 = AtomicI32::new(-1);

extern "C" fn pass_it_on(_: libc::c_int) {
    // SAFETY: the bytes are valid, and the tests keep the pipe open.
    unsafe { libc::write(TO_TELL.load(Relaxed), c"\n".as_ptr().cast(), 1) };
}

/// How many signals have been counted.
static HANDLED: AtomicU32 = AtomicU32::new(0);

extern "C" fn count(_: libc::c_int) {
    // Relaxed: a count; nothing else is published with it.
    HANDLED.fetch_add(1, Relaxed);
}

#[grade::test(
    hint = "the caller has blocked signals, SIGCHLD among them, before it made the reaper: which \
            mask does the wait have?"
)]
fn step3_what_the_caller_has_blocked_stays_blocked() {
    let caller = Pid::this();
    handle(Signal::SIGUSR1, count);
    block_only(&[Signal::SIGCHLD, Signal::SIGUSR1]);
    let mut reaper = Reaper::new().unwrap();
    let (child, mut release) = start_waiting(&mut reaper, 1);
    let meanwhile = Meanwhile::starts(move || {
        support::has_fallen_asleep(caller);
        let _ = kill(caller, Signal::SIGUSR1);
        let _ = release.write_all(b"\n");
    });
    let exit = next_exit(&mut reaper, LONG);
    assert_eq!(exit, Ok(Some((child, Outcome::Exited(1)))), "the child ended during the wait");
    assert_eq!(HANDLED.load(Relaxed), 0, "calls of the handler for SIGUSR1, which was blocked");
    meanwhile.ends();
}

#[grade::test(
    hint = "whoever waits for a pipe, or for a reader of one, does so in a signal handler too"
)]
fn step3_signals_that_nobody_reads_do_no_harm() {
    let mut reaper = Reaper::new().unwrap();
    let (child, release) = start_waiting(&mut reaper, 2);
    // A pipe holds 65536 bytes (pipe(7)).
    for _ in 0..70_000 {
        raise(Signal::SIGCHLD).unwrap();
    }
    Errno::clear();
    raise(Signal::SIGCHLD).unwrap();
    assert_eq!(
        Errno::last(),
        Errno::UnknownErrno,
        "errno was 0, and a handler for SIGCHLD sets it"
    );
    drop(release);
    wait_until_dead(child);
    assert_eq!(next_exit(&mut reaper, LONG), Ok(Some((child, Outcome::Exited(2)))));
}

#[grade::test(
    hint = "a signal comes every millisecond: how much of the timeout is left after each?"
)]
fn step3_signals_do_not_prolong_the_wait() {
    let mut reaper = Reaper::new().unwrap();
    let (child, release) = start_waiting(&mut reaper, 0);
    let storm = SignalStorm::start().unwrap();
    let exit = next_exit(&mut reaper, Duration::from_millis(500));
    assert_eq!(exit, Ok(None), "no child has ended");
    drop((storm, release));
    assert_eq!(next_exit(&mut reaper, LONG), Ok(Some((child, Outcome::Exited(0)))));
}

/// What is left of the timeout when the late signal comes.
const REST: Duration = Duration::from_millis(500);

extern "C" fn most_of_the_timeout_is_over(signal: libc::c_int) {
    // A wait that only the kernel knows the end of goes on until the child ends.
    if !clock::put_forward(LONG - REST) {
        pass_it_on(signal);
    }
}

#[grade::test(
    hint = "a signal has ended the sleep when half a second of an hour was left: for how long does \
            the code go back to sleep?"
)]
fn step3_after_a_signal_the_rest_of_the_timeout_is_left() {
    let caller = Pid::this();
    handle(Signal::SIGUSR1, most_of_the_timeout_is_over);
    let mut reaper = Reaper::new().unwrap();
    let (child, release) = start_waiting(&mut reaper, 6);
    TO_TELL.store(release.as_raw_fd(), Relaxed);
    let meanwhile = Meanwhile::starts(|| {
        support::has_fallen_asleep(caller);
        let _ = kill(caller, Signal::SIGUSR1);
    });
    clock::watch();
    let exit = next_exit(&mut reaper, LONG);
    assert!(
        matches!(exit, Ok(None | Some((_, Outcome::Exited(6))))),
        "the wait ended with {exit:?}; its timeout was over"
    );
    drop(release);
    meanwhile.ends();
    let _ = waitpid(child, None);
}

extern "C" fn the_time_of_day_is_set(_: libc::c_int) {
    clock::set_the_time_of_day_forward(2 * LONG);
}

#[grade::test(hint = "somebody sets the clock during the wait: which clock tells how long it was?")]
fn step3_the_time_of_day_does_not_matter() {
    let caller = Pid::this();
    handle(Signal::SIGUSR1, the_time_of_day_is_set);
    let mut reaper = Reaper::new().unwrap();
    let (child, mut release) = start_waiting(&mut reaper, 8);
    let meanwhile = Meanwhile::starts(move || {
        support::has_fallen_asleep(caller);
        let _ = kill(caller, Signal::SIGUSR1);
        support::has_fallen_asleep(caller);
        let _ = release.write_all(b"\n");
    });
    clock::watch();
    let exit = next_exit(&mut reaper, LONG);
    assert_eq!(
        exit,
        Ok(Some((child, Outcome::Exited(8)))),
        "the timeout is {LONG:?}; the time of day was set forward by more"
    );
    meanwhile.ends();
}

#[grade::test(hint = "the wait is over, and what has happened? Look, and if it was nothing: sleep")]
fn step3_only_an_exit_of_its_own_ends_the_wait() {
    let caller = Pid::this();
    let mut reaper = Reaper::new().unwrap();
    let (child, mut release) = start_waiting(&mut reaper, 4);
    let (input, end) = io::pipe().unwrap();
    let other = shell("read line; exit 8").stdin(input).spawn().unwrap();
    let others = pid(&other);
    let meanwhile = Meanwhile::starts(move || {
        let state = |pid, wanted: &str| {
            support::patiently(|| support::stat(pid, 0).is_none_or(|state| state == wanted));
            // The caller has seen it when it sleeps again.
            support::has_fallen_asleep(caller);
        };
        support::has_fallen_asleep(caller);
        drop(end);
        state(others, "Z");
        let _ = kill(child, Signal::SIGSTOP);
        state(child, "T");
        let _ = kill(child, Signal::SIGCONT);
        state(child, "S");
        let _ = release.write_all(b"\n");
    });
    let exit = next_exit(&mut reaper, LONG);
    assert_eq!(
        exit,
        Ok(Some((child, Outcome::Exited(4)))),
        "another child ended, this one was stopped and went on, and then it ended"
    );
    assert_left_alone(other);
    meanwhile.ends();
}

/// Hands a program to `start`, and returns what it prints.
fn said_by(program: &mut Command, start: impl FnOnce(&mut Command)) -> String {
    let (mut output, its_output) = io::pipe().unwrap();
    start(program.stdin(Stdio::null()).stdout(its_output));
    // The command keeps the writing end, which must be closed here.
    program.stdout(Stdio::null());
    let mut text = String::new();
    output.read_to_string(&mut text).unwrap();
    text
}

/// Starts a program by a reaper and waits for its end.
fn run(reaper: &mut Reaper, program: &mut Command) {
    let child = reaper.spawn(program).unwrap();
    wait_until_dead(child);
    assert_eq!(next_exit(reaper, ENOUGH), Ok(Some((child, Outcome::Exited(0)))), "{program:?}");
}

/// A set of signals of a process by the names of its members, from what `/proc/PID/status` has in
/// this line (proc_pid_status(5)).
fn set(status: &str, line: &str) -> Option<Vec<String>> {
    let digits = status.lines().find_map(|text| text.strip_prefix(line))?;
    let bits = u64::from_str_radix(digits.trim(), 16).ok()?;
    let name = |number| match Signal::try_from(number) {
        Ok(signal) => signal.to_string(),
        Err(_) => format!("signal {number}"),
    };
    Some((1..=64).filter(|number| bits >> (number - 1) & 1 == 1).map(name).collect())
}

const BLOCKED: &str = "SigBlk:";

/// What this process does with its signals: a line of its status, and the set there.
fn settings() -> [(&'static str, Option<Vec<String>>); 3] {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    [("blocks", BLOCKED), ("ignores", "SigIgn:"), ("handles", "SigCgt:")]
        .map(|(what, line)| (what, set(&status, line)))
}

/// Blocks these, and no other signal.
fn block_only(signals: &[Signal]) {
    signals.iter().copied().collect::<SigSet>().thread_set_mask().unwrap();
}

/// What a caller may have blocked before it makes a reaper.
const MASKS: [&[Signal]; 3] =
    [&[], &[Signal::SIGUSR1], &[Signal::SIGCHLD, Signal::SIGUSR1, Signal::SIGTERM]];

#[grade::test(
    hint = "a signal mask is inherited, by fork and by exec; which one does a program get?"
)]
fn step4_a_program_has_the_signal_mask_of_the_caller() {
    for mask in MASKS {
        block_only(mask);
        let [(_, own), ..] = settings();
        let mut reaper = Reaper::new().unwrap();
        let mut grep = Command::new("grep");
        grep.args([BLOCKED, "/proc/self/status"]);
        let programs = said_by(&mut grep, |grep| run(&mut reaper, grep));
        assert_eq!(
            set(&programs, BLOCKED),
            own,
            "what is blocked in a program, and what the caller had blocked before `new`"
        );
    }
}

#[grade::test(hint = "which descriptors survive an exec, and which flag prevents that?")]
fn step4_a_program_gets_no_descriptor_of_the_reaper() {
    let mut ls = Command::new("ls");
    ls.arg("/proc/self/fd");
    let wanted = said_by(&mut ls, |ls| assert!(ls.status().unwrap().success()));
    let mut reaper = Reaper::new().unwrap();
    let open = said_by(&mut ls, |ls| run(&mut reaper, ls));
    assert_eq!(
        open.lines().collect::<Vec<_>>(),
        wanted.lines().collect::<Vec<_>>(),
        "the descriptors of a program, and those that it has without a reaper"
    );
}

#[grade::test(
    census = true,
    hint = "what have you changed or opened in `new`, and what puts it back, also after `drop`?"
)]
fn step4_afterwards_the_caller_has_its_signals_back() {
    let flags = SaFlags::SA_RESTART | SaFlags::SA_NOCLDSTOP;
    let action = SigAction::new(SigHandler::Handler(count), flags, SigSet::from(Signal::SIGUSR2));
    // SAFETY: the handler touches one atomic and nothing else.
    unsafe { sigaction(Signal::SIGCHLD, &action) }.unwrap();

    for mask in MASKS {
        block_only(mask);
        let before = settings();
        let mut reaper = Reaper::new().unwrap();
        run(&mut reaper, &mut shell("exit 0"));
        drop(reaper);
        for ((what, after), (_, before)) in settings().into_iter().zip(before) {
            assert_eq!(after, before, "what the caller {what} after a reaper, and before");
        }
    }
    block_only(&[]);
    HANDLED.store(0, Relaxed);
    raise(Signal::SIGCHLD).unwrap();
    assert_eq!(HANDLED.load(Relaxed), 1, "calls of the caller's own handler for one SIGCHLD");
    // SAFETY: as above.
    let after = unsafe { sigaction(Signal::SIGCHLD, &action) }.unwrap();
    assert_eq!(after.flags() & flags, flags, "the flags of the caller's handler for SIGCHLD");
    assert!(after.mask().contains(Signal::SIGUSR2), "what that handler blocks while it runs");
}

#[grade::test(hint = "what has `new` changed by the time when it fails?")]
fn step4_a_reaper_that_cannot_be_made_changes_nothing() {
    let before = settings();
    let none_left = grade::tight::few_descriptors(0).unwrap();
    // One that needs no descriptor can be made, and is dropped here.
    drop(Reaper::new());
    drop(none_left);
    for ((what, after), (_, before)) in settings().into_iter().zip(before) {
        assert_eq!(after, before, "what the caller {what} after `new` without a descriptor");
    }
}

#[grade::test(
    timeout_ms = 2_000,
    census = true,
    hint = "whose children are they, when the reaper is gone?"
)]
fn step4_children_outlive_the_reaper() {
    let mut reaper = Reaper::new().unwrap();
    let mut dead: Vec<Pid> = (0..2).map(|_| reaper.spawn(&mut shell("exit 6")).unwrap()).collect();
    dead.iter().for_each(|&child| wait_until_dead(child));
    let (running, release) = start_waiting(&mut reaper, 7);
    let exit = next_exit(&mut reaper, ENOUGH);
    let Ok(Some((reported, _))) = exit else {
        panic!("one of {dead:?} was expected; got {exit:?}");
    };
    dead.retain(|&child| child != reported);
    drop(reaper);
    for (child, code, what) in [(dead[0], 6, "had ended before"), (running, 7, "was running")] {
        if child == running {
            (&release).write_all(b"\n").unwrap();
        }
        assert_eq!(
            waitpid(child, None),
            Ok(WaitStatus::Exited(child, code)),
            "the status of a child that {what} when the reaper was dropped"
        );
    }
}
