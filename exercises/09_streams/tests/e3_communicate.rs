//! Exercise 9.3: `streams::e3_communicate`.

#[path = "support/kills.rs"]
mod kills;
#[path = "support/thread_count.rs"]
mod thread_count;

use std::io::{self, ErrorKind, PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::process::Command;
use std::time::{Duration, Instant};

use grade::cpu::spent_by;
use grade::storm::SignalStorm;
use grade::{naps, tight};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::libc;
use streams::e3_communicate::{self, Captured, CommError};
use streams::given::Outcome;

grade::note_naps!();

/// Longer than a test: who waits for the end of it is ended.
const LONG: Duration = Duration::from_secs(3_600);

/// For what must not be waited for at all.
const A_WHILE: Duration = Duration::from_secs(5);

/// More than several pipes can hold.
const MUCH: usize = 4 << 20;

/// Nobody prints so much.
const NO_LIMIT: usize = usize::MAX;

/// A program that runs this script.
fn shell(script: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", script]);
    shell
}

fn communicate(
    command: &mut Command,
    input: &[u8],
    limit: usize,
    timeout: Duration,
) -> Result<Captured, CommError> {
    let threads = thread_count::made();
    let result = e3_communicate::communicate(command, input, limit, timeout);
    let threads = thread_count::made() - threads;
    assert_eq!(threads, 0, "threads that `communicate` has made: it has that of the caller");
    result
}

/// Runs a script that is in no hurry and under no limit.
#[track_caller]
fn run(script: &str, input: &[u8]) -> Captured {
    let result = communicate(&mut shell(script), input, NO_LIMIT, LONG);
    result.unwrap_or_else(|error| panic!("the program runs `{script}`: {}", brief(&error)))
}

/// Fails where a call with a distant timeout has slept for a short time, to look again.
#[track_caller]
fn assert_no_naps(timeout: &str) {
    let shortest = naps::shortest().unwrap_or(LONG);
    assert!(
        shortest >= Duration::from_secs(1),
        "the timeout is {timeout}, and the caller slept for {shortest:?} at most, to look again: what \
         could wake it?"
    );
}

/// An error without its output, which may be long.
fn brief(error: &CommError) -> String {
    let sizes = |what, captured: &Captured| {
        let Captured { stdout, stderr, outcome, input_taken } = captured;
        format!(
            "{what} with {} bytes of output, {} of errors, {outcome:?}, {input_taken} taken",
            stdout.len(),
            stderr.len()
        )
    };
    match error {
        CommError::TimedOut(captured) => sizes("TimedOut", captured),
        CommError::TooMuchOutput(captured) => sizes("TooMuchOutput", captured),
        CommError::Spawn(error) => format!("Spawn({error})"),
        CommError::Io(error) => format!("Io({error})"),
    }
}

/// What has been captured when the time was over, which it must be.
#[track_caller]
fn timed_out(result: Result<Captured, CommError>) -> Captured {
    match result {
        Err(CommError::TimedOut(captured)) => *captured,
        Err(error) => panic!("wanted TimedOut, got {}", brief(&error)),
        Ok(Captured { outcome, .. }) => panic!("wanted TimedOut, got Ok(..) with {outcome:?}"),
    }
}

#[track_caller]
fn too_much(result: Result<Captured, CommError>) -> Captured {
    match result {
        Err(CommError::TooMuchOutput(captured)) => *captured,
        Err(error) => panic!("wanted TooMuchOutput, got {}", brief(&error)),
        Ok(Captured { outcome, .. }) => panic!("wanted TooMuchOutput, got Ok(..) with {outcome:?}"),
    }
}

/// So many bytes, in which no part looks like another.
fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|index| (index ^ index >> 8 ^ index >> 16) as u8).collect()
}

/// Fails, without printing it all, where the one is not the other.
#[track_caller]
fn assert_same(got: &[u8], wanted: &[u8], what: &str) {
    assert_eq!(got.len(), wanted.len(), "the number of bytes: {what}");
    let differs = got.iter().zip(wanted).position(|(got, wanted)| got != wanted);
    assert_eq!(differs, None, "the first byte that is another one: {what}");
}

/// Lets the programs that are started from now on inherit a descriptor.
fn inheritable(descriptor: impl AsFd) {
    fcntl(descriptor, FcntlArg::F_SETFD(FdFlag::empty())).unwrap();
}

/// The path at which a program that has inherited the descriptor can open it again. A shell may know
/// descriptors of one digit alone by their number.
fn path_of(descriptor: &impl AsRawFd) -> String {
    format!("/proc/self/fd/{}", descriptor.as_raw_fd())
}

/// A pipe whose reading end programs may inherit.
fn inheritable_reader() -> (PipeReader, PipeWriter) {
    let (reader, writer) = io::pipe().unwrap();
    inheritable(&reader);
    (reader, writer)
}

#[grade::test(
    census = true,
    hint = "what does the program read, and how does it learn that nothing more will come?"
)]
fn step1_a_program_is_fed_and_read_and_ends() {
    for (script, outcome) in [
        ("exit 0", Outcome::Exited(0)),
        ("exit 255", Outcome::Exited(255)),
        ("kill -TERM $$", Outcome::Signaled(libc::SIGTERM)),
        ("kill -KILL $$", Outcome::Signaled(libc::SIGKILL)),
    ] {
        assert_eq!(run(script, b"").outcome, outcome, "the program runs `{script}`");
    }
    for input in [&b""[..], b"one line\n", b"\xff\0no text"] {
        let captured = run("cat; echo and so on >&2; exit 3", input);
        assert_same(&captured.stdout, input, "the program prints what it reads");
        assert_same(&captured.stderr, b"and so on\n", "the program prints an error");
        assert_eq!(captured.outcome, Outcome::Exited(3), "the program exits with 3");
        assert_eq!(captured.input_taken, input.len(), "the input that was taken: all was read");
    }
    let result = communicate(&mut Command::new("/no/such/program"), b"", NO_LIMIT, LONG);
    assert!(
        matches!(&result, Err(CommError::Spawn(error)) if error.kind() == ErrorKind::NotFound),
        "there is no such program: wanted Err(Spawn(NotFound)), got {result:?}"
    );
}

#[grade::test(
    timeout_ms = 10_000,
    census = true,
    hint = "the program prints what it reads, and you feed it more than its pipes hold: who waits \
            for whom? How much does one of your writes want to write?"
)]
fn step2_much_goes_in_and_comes_out() {
    let input = bytes(MUCH);
    let captured = run("cat", &input);
    assert_same(&captured.stdout, &input, "`cat` prints what it reads");
    assert_eq!(captured.input_taken, MUCH, "the input that was taken: `cat` reads all");
    assert_eq!(captured.outcome, Outcome::Exited(0), "how `cat` has ended");
}

#[grade::test(
    timeout_ms = 10_000,
    census = true,
    hint = "the program prints more than a pipe holds to one of its outputs, while the other stays \
            open and empty: which of them do you read?"
)]
fn step2_each_output_may_come_first() {
    let much = "head -c 4194304 /dev/zero";
    for (script, first) in
        [(format!("{much} >&2; {much}"), "errors"), (format!("{much}; {much} >&2"), "output")]
    {
        let captured = run(&script, b"");
        assert_eq!(captured.stdout.len(), MUCH, "bytes of output; the {first} came first");
        assert_eq!(captured.stderr.len(), MUCH, "bytes of errors; the {first} came first");
        assert_eq!(captured.outcome, Outcome::Exited(0));
    }
}

#[grade::test(
    timeout_ms = 10_000,
    census = true,
    hint = "what does a write return when nobody will ever read, and is that your failure? When the \
            program and its outputs have ended, what is there to wait for?"
)]
fn step2_a_program_need_not_read() {
    let input = bytes(MUCH);
    for script in ["exit 7", "exec <&-; echo text; exit 7", "head -c 1; exit 7"] {
        let captured = run(script, &input);
        assert_eq!(captured.outcome, Outcome::Exited(7), "the program runs `{script}`");
        assert!(
            captured.input_taken < MUCH,
            "the program runs `{script}`, and all {MUCH} bytes of the input count as taken: how \
             many have the writes put into the pipe?"
        );
    }
    let (later, until) = inheritable_reader();
    // Where a shell starts something in the background, that has another standard input.
    let kept = if later.as_raw_fd() == 9 { 8 } else { 9 };
    let script =
        format!("exec {kept}<&0; (read line < {}) <&{kept} >&- 2>&- & exit 7", path_of(&later));
    let result = communicate(&mut shell(&script), &input, NO_LIMIT, A_WHILE);
    let outcome = result.map(|captured| captured.outcome).map_err(|error| brief(&error));
    let wanted = Ok(Outcome::Exited(7));
    assert_eq!(
        outcome, wanted,
        "a process that the program has left holds its input, and no output"
    );
    // This ends that process.
    drop(until);
}

#[grade::test(
    timeout_ms = 10_000,
    census = true,
    hint = "both outputs have ended, and the program still reads: what remains to be done?"
)]
fn step2_a_program_may_close_its_outputs_and_read_on() {
    naps::watch();
    let script =
        "exec >&- 2>&-; count=$(wc -c); sleep 0.3; [ $count -eq 4194304 ] && exit 5; exit 6";
    let captured = run(script, &bytes(MUCH));
    assert_eq!(
        captured.outcome,
        Outcome::Exited(5),
        "the program closes both outputs, counts its input, and exits with 5 where it is all there"
    );
    assert_eq!(captured.input_taken, MUCH, "the input that was taken: all was read");
    assert_no_naps("an hour");
}

#[grade::test(
    timeout_ms = 10_000,
    census = true,
    hint = "when do you know that there is more than `limit`, and who still runs then?"
)]
fn step3_each_output_has_a_limit() {
    const LIMIT: usize = 100_001;
    for (script, wanted) in [
        ("printf 12345; printf 67890 >&2", ("12345", "67890")),
        ("printf 1234567; exit 9", ("12345", "")),
        ("printf 1234567 >&2; exit 9", ("", "12345")),
    ] {
        let result = communicate(&mut shell(script), b"", 5, LONG);
        let captured = match result {
            Ok(captured) if wanted.0.len() == wanted.1.len() => captured,
            result => too_much(result),
        };
        let got = [captured.stdout, captured.stderr].map(|text| String::from_utf8(text).unwrap());
        assert_eq!(
            (&*got[0], &*got[1]),
            wanted,
            "the limit is 5 bytes; the program runs `{script}`"
        );
    }
    assert!(communicate(&mut shell("exit 0"), b"", 0, LONG).is_ok(), "nothing is no more than 0");
    let lines: Vec<u8> = b"y\n".iter().copied().cycle().take(LIMIT).collect();
    // A process of the same group keeps the outputs open.
    for (script, name) in
        [("sleep 3600 & exec yes", "output"), ("sleep 3600 & exec yes >&2", "errors")]
    {
        let captured = too_much(communicate(&mut shell(script), b"", LIMIT, LONG));
        let (full, other) = match name {
            "output" => (captured.stdout, captured.stderr),
            _ => (captured.stderr, captured.stdout),
        };
        assert_same(
            &full,
            &lines,
            &format!("the first {LIMIT} bytes that `yes` prints to its {name}"),
        );
        assert_same(&other, b"", "the other output of `yes`, which does not use it");
        assert!(
            matches!(captured.outcome, Outcome::Signaled(_)),
            "`yes` ends by a signal alone, and not as {:?}",
            captured.outcome
        );
    }
}

/// Runs a script under a timeout that it exceeds, and under longer ones until `enough` has happened
/// by then: a busy machine may need some time to start it.
fn exceed(command: &mut Command, input: &[u8], enough: impl Fn(&Captured) -> bool) -> Captured {
    let mut timeout = Duration::from_millis(250);
    loop {
        let end = Instant::now() + timeout;
        let captured = timed_out(communicate(command, input, NO_LIMIT, timeout));
        // No load makes a clock run faster.
        assert!(Instant::now() >= end, "it gave up before the timeout of {timeout:?} was over");
        if enough(&captured) || timeout > Duration::from_secs(3) {
            return captured;
        }
        timeout *= 2;
    }
}

#[grade::test(
    timeout_ms = 20_000,
    census = true,
    hint = "which processes has the program started, and how does a signal get to all of them? What \
            do you wait for after that, and who may never end?"
)]
fn step3_the_timeout_ends_the_group_and_waits_for_nobody_else() {
    let script = "echo early; echo too >&2; sleep 3600 & wait";
    let captured = exceed(&mut shell(script), b"not read", |captured| {
        !captured.stderr.is_empty() && captured.input_taken > 0
    });
    assert_eq!(captured.input_taken, 8, "bytes of input that have found room in an empty pipe");
    assert_same(&captured.stdout, b"early\n", "the output before the timeout");
    assert_same(&captured.stderr, b"too\n", "the errors before the timeout");
    assert_eq!(captured.outcome, Outcome::Signaled(libc::SIGKILL), "the program runs `{script}`");

    let exited = |captured: &Captured| captured.outcome == Outcome::Exited(4);
    let captured = exceed(&mut shell("sleep 3600 & exit 4"), b"", exited);
    assert!(
        exited(&captured),
        "the program has exited with 4; the process that it has started kept the outputs open; the \
         outcome is {:?}",
        captured.outcome
    );
    assert!(
        !kills::too_late(),
        "the group was killed when the program had been waited for: its number may be that of \
         another group by then"
    );
    // A program that is never quiet: each byte is a reason to be woken.
    let printed = |captured: &Captured| !captured.stdout.is_empty();
    let captured = exceed(&mut shell("while :; do echo text; done"), b"", printed);
    // Where the reading ends are closed before the group is killed, SIGPIPE may be faster.
    assert!(
        [libc::SIGKILL, libc::SIGPIPE].map(Outcome::Signaled).contains(&captured.outcome),
        "the program prints all the time, until SIGKILL ends it, or SIGPIPE where nobody reads any \
         more; it ended as {:?}",
        captured.outcome
    );

    let (daemons, until) = inheritable_reader();
    let script = format!("setsid sh -c 'echo ready; read line' < {} & wait", path_of(&daemons));
    let captured = exceed(&mut shell(&script), b"", printed);
    assert_same(&captured.stdout, b"ready\n", "what a process in a session of its own has printed");
    assert_eq!(
        captured.outcome,
        Outcome::Signaled(libc::SIGKILL),
        "the program waits for a process in a session of its own, which keeps its outputs open"
    );
    // This ends that process.
    drop(until);
}

/// How long the next test waits, and what that may cost.
const WAIT: Duration = Duration::from_secs(2);
const TOO_BUSY: Duration = Duration::from_millis(100);

#[grade::test(
    timeout_ms = 20_000,
    census = true,
    hint = "a pipe whose other end is closed is always ready: who still asks for it? And what wakes \
            you where no pipe is left, while the program runs on?"
)]
fn step3_a_program_that_has_closed_its_pipes_may_take_its_time() {
    let input = bytes(MUCH);
    for closed in ["<&- >&-", "<&- 2>&-", "<&- >&- 2>&-"] {
        let mut program = shell(&format!("exec {closed}; exec sleep 3600"));
        let (result, spent) = spent_by(|| communicate(&mut program, &input, NO_LIMIT, WAIT));
        let captured = timed_out(result);
        assert_eq!(
            captured.outcome,
            Outcome::Signaled(libc::SIGKILL),
            "the program has closed {closed} and sleeps"
        );
        assert!(
            spent.time < TOO_BUSY,
            "the program has closed {closed} and sleeps; meanwhile the call kept the processor busy \
             for {:?}: it did not sleep",
            spent.time
        );
    }
}

#[grade::test(
    timeout_ms = 10_000,
    census = true,
    hint = "what is now plus `Duration::MAX`? How many milliseconds are seven weeks, and what do they \
            fit into? And whom do you kill where nothing has gone wrong?"
)]
fn step3_before_the_timeout_nobody_is_killed() {
    naps::watch();
    // Cut to 32 bits it is less than a second.
    let weeks = Duration::from_millis((1 << 32) + 800);
    for (timeout, what) in [(weeks, "seven weeks"), (Duration::MAX, "`Duration::MAX`")] {
        let (job, mut go) = inheritable_reader();
        let (mut report, end) = io::pipe().unwrap();
        inheritable(&end);
        let script = format!(
            "(read line; echo alive > {}) < {} >&- 2>&- & sleep 0.1; exit 4",
            path_of(&end),
            path_of(&job),
        );
        let result = communicate(&mut shell(&script), b"", NO_LIMIT, timeout);
        let result = result.map(|captured| captured.outcome).map_err(|error| brief(&error));
        assert_eq!(result, Ok(Outcome::Exited(4)), "the timeout is {what}");
        drop((job, end));
        let _ = go.write_all(b"\n");
        let mut said = String::new();
        report.read_to_string(&mut said).unwrap();
        assert_eq!(said, "alive\n", "what the process says that the program has left in its group");
        assert_no_naps(what);
    }
}

#[grade::test(
    timeout_ms = 10_000,
    census = true,
    hint = "what does a system call return when a signal handler has run meanwhile, and how much of \
            the timeout is left then?"
)]
fn step4_signals_neither_end_nor_prolong_the_call() {
    let storm = SignalStorm::start().unwrap();
    let input = bytes(MUCH);
    let captured = run("sleep 0.3; cat; exec >&- 2>&-; sleep 0.3; exit 5", &input);
    assert_same(&captured.stdout, &input, "`cat` prints what it reads");
    assert_eq!(captured.outcome, Outcome::Exited(5), "the program exits with 5");
    let captured = exceed(&mut shell("exec sleep 3600"), b"", |_| true);
    assert_eq!(captured.outcome, Outcome::Signaled(libc::SIGKILL), "the program sleeps too long");
    assert!(storm.interruptions() > 0, "this system sends no SIGALRM to the test");
}

#[grade::test(
    census = true,
    hint = "the program has started, and then a call of yours fails: which way does the error take, and \
            who ends the program?"
)]
fn step4_a_failure_ends_the_program() {
    // Neither is needed to start a program.
    tight::refuse(&[libc::SYS_pidfd_open, libc::SYS_fcntl], Errno::EPERM).unwrap();
    let result = communicate(Command::new("sleep").arg("3600"), b"", NO_LIMIT, A_WHILE / 5);
    // Who needs neither has no failure to tell.
    assert!(
        matches!(&result, Err(CommError::Io(_) | CommError::TimedOut(_))),
        "pidfd_open and fcntl fail with EPERM: wanted Err(Io(..)), got {:?}",
        result.map(|captured| captured.outcome).map_err(|error| brief(&error))
    );
}
