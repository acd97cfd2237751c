//! Exercise 2.1: `lifecycle::e1_run_child`.

#[path = "support/core_dumps.rs"]
mod core_dumps;
#[path = "support/dying.rs"]
mod dying;
mod support;

use std::io::{self, Read, Write};
use std::mem;
use std::os::fd::AsFd;
use std::panic::{catch_unwind, panic_any};
use std::process;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use grade::storm::SignalStorm;
use lifecycle::e1_run_child::{self, PANIC_CODE, run_child};
use nix::errno::Errno;
use nix::libc::{self, c_int};
use nix::sys::signal::{SigHandler, SigSet, Signal, kill, raise, signal};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{ForkResult, Pid, dup2_stdout, fork};

/// What `run_child` returns, in a type of our own: its `==` is not the learner's to change.
#[derive(Debug, PartialEq)]
enum Outcome {
    Exited(u8),
    Signaled { signal: Signal, core: bool },
}

/// Calls `run_child` and checks that only the caller comes back from it.
fn run(f: impl FnOnce() -> u8) -> nix::Result<Outcome> {
    let caller = Pid::this();
    // SAFETY: a graded test has one thread.
    let outcome = unsafe { run_child(f) };
    assert_eq!(Pid::this(), caller, "the child came back from `run_child` to its caller");
    outcome.map(|outcome| match outcome {
        e1_run_child::Outcome::Exited(code) => Outcome::Exited(code),
        e1_run_child::Outcome::Signaled { signal, core } => Outcome::Signaled { signal, core },
    })
}

/// Ends this process at once.
fn leave(code: i32) -> ! {
    // SAFETY: `_exit` takes any code and does not return.
    unsafe { libc::_exit(code) }
}

#[grade::test(hint = "after fork there are two of you; which of them may leave the function?")]
fn the_closure_runs_in_a_child_and_only_the_caller_comes_back() {
    let caller = Pid::this();
    let is_a_child = || Pid::this() != caller && Pid::parent() == caller;
    assert_eq!(
        run(|| if is_a_child() { 1 } else { 0 }),
        Ok(Outcome::Exited(1)),
        "the closure returns 1 where it runs in a child of its caller"
    );
}

#[grade::test(hint = "what the closure returns is what the child must exit with")]
fn the_value_of_the_closure_is_the_exit_code() {
    for code in 0..=255 {
        assert_eq!(run(|| code), Ok(Outcome::Exited(code)), "the closure returned {code}");
    }
    assert_eq!(run(|| leave(3)), Ok(Outcome::Exited(3)), "the closure called `_exit(3)`");
}

#[grade::test(hint = "which values of `WaitStatus` mean that a process has ended?")]
fn a_death_by_signal_is_reported_as_one() {
    for deadly in [Signal::SIGKILL, Signal::SIGTERM, Signal::SIGSEGV, Signal::SIGABRT] {
        let outcome = run(|| dying::die_of(deadly));
        let wanted = Outcome::Signaled { signal: deadly, core: false };
        assert_eq!(outcome, Ok(wanted), "the closure sent itself {deadly}");
    }
}

#[grade::test(hint = "what do the other fields of `WaitStatus::Signaled` say?")]
fn a_core_dump_is_reported() {
    core_dumps::begin();
    let outcome = run(|| dying::die_of(Signal::SIGABRT));
    // A status that came by a way which this test does not know is as it was.
    let core = core_dumps::seen() > 0;
    let wanted = Outcome::Signaled { signal: Signal::SIGABRT, core };
    assert_eq!(outcome, Ok(wanted), "SIGABRT ended the child, and this test adds a core dump");
}

#[grade::test(hint = "where does a panic of the closure go, if nothing stops it in the child?")]
fn a_panic_ends_the_child_with_its_own_code() {
    /// A value of the caller. Where it is dropped in a child, it ends that child.
    struct Trap {
        owner: Pid,
    }
    impl Drop for Trap {
        fn drop(&mut self) {
            if Pid::this() != self.owner {
                leave(TRAPPED);
            }
        }
    }
    const TRAPPED: i32 = 88;

    let _trap = Trap { owner: Pid::this() };
    let outcome = run(|| panic!("the closure of this test panics in the child, as it should"));
    assert!(
        outcome != Ok(Outcome::Exited(TRAPPED as u8)),
        "the panic unwound out of `run_child` and dropped a value of the caller in the child"
    );
    assert_eq!(outcome, Ok(Outcome::Exited(PANIC_CODE)), "the closure panicked");
    // A panic may carry any value, not only text.
    let outcome = run(|| panic_any(7));
    assert_eq!(outcome, Ok(Outcome::Exited(PANIC_CODE)), "the closure panicked with a number");
    // A panic that the closure catches itself is none for `run_child`.
    let outcome = run(|| if catch_unwind(|| panic!("caught")).is_err() { 4 } else { 0 });
    assert_eq!(outcome, Ok(Outcome::Exited(4)), "the closure caught its panic and returned 4");
}

#[grade::test(
    hint = "exit(3) tells what `exit` does before the process ends; what does `_exit` do?"
)]
fn the_child_does_not_clean_up_for_the_caller() {
    /// The process whose exit handler `handler` is.
    static OWNER: AtomicU32 = AtomicU32::new(0);
    const HANDLED: i32 = 88;
    extern "C" fn handler() {
        // Relaxed: the value was stored before the fork.
        if process::id() != OWNER.load(Relaxed) {
            leave(HANDLED);
        }
    }
    OWNER.store(process::id(), Relaxed);
    // SAFETY: the handler is a function of this binary and touches one atomic.
    assert_eq!(unsafe { libc::atexit(handler) }, 0, "an exit handler can be registered");

    for panics in [false, true] {
        let (mut printed, pipe) = io::pipe().unwrap();
        let mut stdout = io::stdout();
        let usual = stdout.as_fd().try_clone_to_owned().unwrap();
        dup2_stdout(&pipe).unwrap();
        drop(pipe);
        // Half a line waits in the buffer, and the child gets a copy of the buffer.
        stdout.write_all(b"half a line").unwrap();
        let outcome = run(|| if panics { panic!("as this test wants") } else { 0 });
        stdout.flush().unwrap();
        dup2_stdout(usual).unwrap();

        let mut text = String::new();
        printed.read_to_string(&mut text).unwrap();
        let when = if panics { "the closure panicked" } else { "the closure returned" };
        assert_eq!(text, "half a line", "the caller printed this once, before the fork; {when}");
        assert!(
            outcome != Ok(Outcome::Exited(HANDLED as u8)),
            "an exit handler of the caller ran in the child; {when}"
        );
        let code = if panics { PANIC_CODE } else { 0 };
        assert_eq!(outcome, Ok(Outcome::Exited(code)), "{when}");
    }
}

#[grade::test(hint = "whose status does your wait collect, if the caller has other children?")]
fn it_waits_for_its_own_child_and_no_other() {
    // SAFETY: a graded test has one thread, and the child ends at once.
    let other = match unsafe { fork() }.unwrap() {
        ForkResult::Child => leave(9),
        ForkResult::Parent { child } => child,
    };
    // Waits until the other child has ended, and leaves its status where it is.
    waitid(Id::Pid(other), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).unwrap();

    let outcome = run(|| 7);

    assert_eq!(
        waitpid(other, None),
        Ok(WaitStatus::Exited(other, 9)),
        "the status of another child of the caller was waiting; `run_child` must leave it alone"
    );
    assert_eq!(outcome, Ok(Outcome::Exited(7)));
    assert_eq!(
        waitpid(None, Some(WaitPidFlag::WNOHANG)),
        Err(Errno::ECHILD),
        "`run_child` left a child that nobody waited for"
    );
}

#[grade::test(hint = "what does waitpid(2) return when a signal handler has run meanwhile?")]
fn a_signal_does_not_end_the_wait() {
    let caller = Pid::this();
    let _storm = SignalStorm::start().unwrap();
    let outcome = run(|| {
        support::interrupt_the_sleep_of(caller);
        5
    });
    assert_eq!(
        outcome,
        Ok(Outcome::Exited(5)),
        "the child exited with 5, after signals had reached the waiting caller"
    );
}

#[grade::test(timeout_ms = 2_000, hint = "only one error of `waitpid` means: try again")]
fn a_child_that_cannot_be_waited_for_is_an_error() {
    // Where SIGCHLD is ignored, the kernel keeps no status of dead children (wait(2), NOTES).
    // SAFETY: no handler is installed.
    let usual = unsafe { signal(Signal::SIGCHLD, SigHandler::SigIgn) }.unwrap();
    let outcome = run(|| 0);
    // SAFETY: this restores the action that was there before.
    unsafe { signal(Signal::SIGCHLD, usual) }.unwrap();
    assert_eq!(outcome, Err(Errno::ECHILD), "the caller ignores SIGCHLD: no status is kept");
}

#[grade::test(timeout_ms = 2_000, hint = "a process that is stopped has not ended")]
fn a_stop_is_not_an_end() {
    let caller = Pid::this();
    let outcome = run(|| {
        let stopping = Pid::this();
        support::has_fallen_asleep(caller);
        let before = sleeps(caller);
        // SAFETY: the child of a fork has one thread.
        let waker = match unsafe { fork() }.unwrap() {
            ForkResult::Parent { child } => child,
            ForkResult::Child => {
                // The caller has seen the stop when it has gone to sleep once more, or has ended.
                support::patiently(|| sleeps(caller) != before);
                let _ = kill(stopping, Signal::SIGCONT);
                leave(0)
            }
        };
        raise(Signal::SIGSTOP).unwrap();
        waitpid(waker, None).unwrap();
        5
    });
    assert_eq!(outcome, Ok(Outcome::Exited(5)), "the child was stopped, went on, and returned 5");
}

/// How often a process has given up its processor to wait; `None` if there is no such process.
fn sleeps(pid: Pid) -> Option<String> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
    Some(line.trim().to_owned())
}

#[grade::test(hint = "what does `fork` return where there is no room for one more process?")]
fn a_child_that_cannot_be_born_is_an_error() {
    grade::tight::no_new_processes().unwrap();
    assert_eq!(run(|| 0), Err(Errno::EAGAIN), "the system has no room for a child");
}

#[grade::test(hint = "what did you open, and where is it closed in the parent?")]
fn nothing_stays_open() {
    let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let before = open();
    for _ in 0..3 {
        assert_eq!(run(|| 0), Ok(Outcome::Exited(0)));
    }
    assert_eq!(open(), before, "the descriptors of the caller after three calls, and before");
}

/// What a process ignores, handles and blocks.
#[derive(Debug, PartialEq)]
struct SignalSettings {
    blocked: SigSet,
    handlers: Vec<(c_int, libc::sighandler_t)>,
}

impl SignalSettings {
    fn now() -> SignalSettings {
        let handler = |signal| {
            // SAFETY: zeros are a valid action, and the call fills it; it sets none.
            let action = unsafe {
                let mut action: libc::sigaction = mem::zeroed();
                libc::sigaction(signal, ptr::null(), &mut action);
                action
            };
            (signal, action.sa_sigaction)
        };
        let handlers = (1..=libc::SIGRTMAX()).map(handler).collect();
        SignalSettings { blocked: SigSet::thread_get_mask().unwrap(), handlers }
    }
}

/// Fails where `before` is not what it still is, and names what has changed.
fn check_signal_settings(before: &SignalSettings, when: &str) {
    let now = SignalSettings::now();
    let changed: Vec<_> =
        before.handlers.iter().zip(&now.handlers).filter(|(old, new)| old != new).collect();
    let names: Vec<_> = changed.iter().map(|(old, _)| Signal::try_from(old.0)).collect();
    assert!(names.is_empty(), "{when}: another action of the caller for {names:?} than before");
    assert_eq!(now.blocked, before.blocked, "{when}: what the caller blocks now, and before");
}

#[grade::test(
    hint = "which setting of the caller did you change for the wait, and who changes it back?"
)]
fn the_caller_keeps_its_signal_settings() {
    extern "C" fn handler(_: c_int) {}
    let others = SigSet::from_iter([Signal::SIGUSR1, Signal::SIGWINCH]);
    others.thread_block().unwrap();
    // SAFETY: the handler does nothing.
    unsafe {
        signal(Signal::SIGINT, SigHandler::Handler(handler)).unwrap();
        signal(Signal::SIGQUIT, SigHandler::SigIgn).unwrap();
    }
    let before = SignalSettings::now();
    assert_eq!(run(|| 0), Ok(Outcome::Exited(0)));
    check_signal_settings(&before, "after a call");

    grade::tight::no_new_processes().unwrap();
    assert_eq!(run(|| 0), Err(Errno::EAGAIN), "the system has no room for a child");
    check_signal_settings(&before, "after a call that failed");
}
