//! Exercise 4.3: `threads::e3_crash_containment`.

use std::cell::Cell;
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::panic::{self, AssertUnwindSafe, catch_unwind, panic_any};
use std::process::{self, Child, Command, Stdio};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use grade::storm::SignalStorm;
use grade::tight;
use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::Signal;
use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};
use nix::unistd::{Pid, dup2_stdout};
use threads::e3_crash_containment::{self, Failure, Job, Level, Worst};

/// The worsts that end a process, whichever thread they happen on.
const DEADLY: [Worst; 4] = [Worst::Abort, Worst::Fault, Worst::StackOverflow, Worst::Exit];

/// Values whose four bytes, whose lowest byte or whose sign could get lost.
const VALUES: [u32; 7] = [0, 1, 101, 256, 0x1234_5678, 0x8000_0000, u32::MAX];

/// Calls `contain` and checks that only the caller comes back from it.
fn contain(
    level: Level,
    worst: Worst,
    run: impl FnOnce() -> u32 + Send + 'static,
) -> Result<u32, Failure> {
    let caller = process::id();
    // SAFETY: a graded test has one thread; those of these tests have ended, or `level` is no process.
    let result = unsafe { e3_crash_containment::contain(level, Job { worst, run: Box::new(run) }) };
    assert_eq!(process::id(), caller, "the child came back from `contain` to the caller");
    result
}

fn panicked(message: &str) -> Result<u32, Failure> {
    Err(Failure::Panicked(message.to_owned()))
}

/// Lets jobs panic at this level in every way, and compares the messages.
fn assert_panics_are_told(level: Level) {
    let with_text = |text: &'static str| contain(level, Worst::Panic, move || panic_any(text));
    for text in ["boom", "", "with \"quotes\"\nand a line", "not ASCII: \u{1f9c0}"] {
        assert_eq!(with_text(text), panicked(text), "the payload is a `&str`");
    }
    let formatted = contain(level, Worst::Panic, || panic!("job {} of 9", black_box(3)));
    assert_eq!(formatted, panicked("job 3 of 9"), "the payload is a `String`");
    let by_the_library =
        contain(level, Worst::Panic, || black_box(None::<u32>).expect("there is one"));
    assert_eq!(by_the_library, panicked("there is one"), "the job calls `expect` on `None`");
    let a_number = contain(level, Worst::Panic, || panic_any(7_u64));
    assert_eq!(a_number, panicked(""), "the payload is a number, which is no text");
}

/// The job has this lock, has changed the value behind it to 2, and panics.
fn panic_with(lock: &Arc<Mutex<u32>>) -> impl FnOnce() -> u32 + Send + 'static {
    let lock = lock.clone();
    move || {
        let mut value = lock.lock().unwrap();
        *value = 2;
        panic!("a job with a lock")
    }
}

/// What a program calls at a panic.
type PanicHook = dyn Fn(&panic::PanicHookInfo<'_>) + Send + Sync;

#[grade::test(hint = "whose thread runs the job?")]
fn step1_a_value_comes_back_from_the_same_thread() {
    for value in VALUES {
        assert_eq!(contain(Level::SameThread, Worst::Panic, move || value), Ok(value));
    }
    let (tell, told) = mpsc::channel();
    let result = contain(Level::SameThread, Worst::Panic, move || {
        tell.send(thread::current().id()).unwrap();
        process::id()
    });
    assert_eq!(result, Ok(process::id()), "the process of the job");
    assert_eq!(told.recv(), Ok(thread::current().id()), "the thread of the job");
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "what types can the payload of a panic have, and is it the payload that is asked, or \
            the box around it? If it is about the hook: whose is it?"
)]
fn step1_a_panic_on_the_same_thread_is_told() {
    assert_panics_are_told(Level::SameThread);
    assert_eq!(contain(Level::SameThread, Worst::Panic, || 5), Ok(5), "the next job");

    static HEARD: AtomicU32 = AtomicU32::new(0);
    let usual: Arc<PanicHook> = panic::take_hook().into();
    let told = usual.clone();
    panic::set_hook(Box::new(move |info| {
        HEARD.fetch_add(1, SeqCst);
        told(info);
    }));
    let result = contain(Level::SameThread, Worst::Panic, || panic!("boom"));
    panic::set_hook(Box::new(move |info| usual(info)));
    assert_eq!(result, panicked("boom"));
    assert_ne!(HEARD.load(SeqCst), 0, "the panic hook of the caller has not heard of a panic");
}

#[grade::test(
    hint = "which walls does an abort, a bad access, a full stack, an exit go through? Does the \
            job run before that is asked?"
)]
fn step1_what_the_level_does_not_hold_does_not_run() {
    for level in [Level::SameThread, Level::Thread] {
        for worst in DEADLY {
            let ran = Arc::new(AtomicBool::new(false));
            let result = contain(level, worst, {
                let ran = ran.clone();
                move || {
                    ran.store(true, SeqCst);
                    1
                }
            });
            assert!(!ran.load(SeqCst), "a job that may end by {worst:?} has run at {level:?}");
            let refused = Err(Failure::WouldNotHold { need: Level::Process });
            assert_eq!(result, refused, "what a job needs that may end by {worst:?}");
        }
    }
    assert_eq!(contain(Level::SameThread, Worst::Panic, || 1), Ok(1), "a panic needs no more");
}

#[grade::test(hint = "does the job run on a thread of its own, in this process?")]
fn step2_a_value_comes_back_from_a_thread() {
    for value in VALUES {
        assert_eq!(contain(Level::Thread, Worst::Panic, move || value), Ok(value));
    }
    let (tell, told) = mpsc::channel();
    let result = contain(Level::Thread, Worst::Panic, move || {
        tell.send(thread::current().id()).unwrap();
        process::id()
    });
    assert_eq!(result, Ok(process::id()), "the process of the job");
    assert_ne!(told.recv(), Ok(thread::current().id()), "the thread of the job is the caller's");
}

#[grade::test(
    timeout_ms = 20_000,
    panics_ok = true,
    hint = "what does `join` return for a thread that has panicked?"
)]
fn step2_a_panic_on_a_thread_is_told() {
    assert_panics_are_told(Level::Thread);
    assert_eq!(contain(Level::Thread, Worst::Panic, || 5), Ok(5), "the next job");
}

#[grade::test(
    timeout_ms = 20_000,
    panics_ok = true,
    hint = "what does a lock tell the next thread about the panic of the last one?"
)]
fn step2_a_lock_that_the_job_held_is_poisoned() {
    for level in [Level::SameThread, Level::Thread] {
        let lock = Arc::new(Mutex::new(1));
        assert_eq!(contain(level, Worst::Panic, panic_with(&lock)), panicked("a job with a lock"));
        assert!(lock.is_poisoned(), "the job panicked with the lock, at {level:?}");
        let value = *lock.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        assert_eq!(value, 2, "what the job wrote at {level:?}; the caller can still have it");
        lock.clear_poison();
        assert_eq!(*lock.lock().unwrap(), 2, "the lock is sound again");
    }
}

/// Says that it has ended, a good while after it has begun to.
struct SlowToEnd(Arc<AtomicBool>);

impl Drop for SlowToEnd {
    fn drop(&mut self) {
        // Nothing waits for this but who joins the thread. It gives time to those who do not.
        thread::sleep(Duration::from_millis(500));
        self.0.store(true, SeqCst);
    }
}

#[grade::test(
    census = true,
    hint = "a thread runs destructors after its closure has returned: who waits for those?"
)]
fn step2_the_thread_has_ended_when_the_caller_goes_on() {
    thread_local! {
        static LAST: Cell<Option<SlowToEnd>> = const { Cell::new(None) };
    }
    let ended = Arc::new(AtomicBool::new(false));
    let last = SlowToEnd(ended.clone());
    let result = contain(Level::Thread, Worst::Panic, move || {
        LAST.set(Some(last));
        3
    });
    assert!(ended.load(SeqCst), "the thread of the job still runs its destructors");
    assert_eq!(result, Ok(3));
}

#[grade::test(
    hint = "how many bits has an exit code, and what else leads out of a process? If the test does \
            not end: who could still write?"
)]
fn step3_a_value_comes_back_from_a_process() {
    static TOUCHED: AtomicU32 = AtomicU32::new(0);
    for value in VALUES {
        let result = contain(Level::Process, Worst::Exit, move || {
            TOUCHED.store(1, SeqCst);
            value
        });
        assert_eq!(result, Ok(value), "the value of a job in a process");
    }
    assert_eq!(TOUCHED.load(SeqCst), 0, "a job has written to the memory of the caller");
    let process = contain(Level::Process, Worst::Panic, process::id);
    assert_ne!(process, Ok(process::id()), "the process of the job is the caller's");
}

#[grade::test(
    timeout_ms = 30_000,
    hint = "where does a panic of the child go, and how does its message reach the parent? How \
            does the parent tell a message from a value?"
)]
fn step3_a_panic_in_a_process_is_told() {
    assert_panics_are_told(Level::Process);
    let lock = Arc::new(Mutex::new(1));
    let result = contain(Level::Process, Worst::Panic, panic_with(&lock));
    assert_eq!(result, panicked("a job with a lock"));
    let here = lock.lock().map(|value| *value).ok();
    assert_eq!(here, Some(1), "the caller's lock, of which the process had a copy");
}

#[grade::test(
    timeout_ms = 10_000,
    panics_ok = true,
    hint = "a pipe holds 64 KiB (pipe(7)): what does a child wait for that writes more? How often \
            must one read?"
)]
fn step3_a_long_message_arrives_whole() {
    let text = || "cheese ".repeat(200_000);
    // So much text would hide what the test says.
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if info.payload().downcast_ref().is_none_or(|text: &String| text.len() < 1_000) {
            usual(info);
        }
    }));
    let result = contain(Level::Process, Worst::Panic, move || panic_any(text()));
    let Err(Failure::Panicked(message)) = result else {
        panic!("the job panicked with a long message")
    };
    assert_eq!(message.len(), text().len(), "the length of the message, in bytes");
    assert!(message == text(), "the message has the right length and says something else");
}

/// Fills the stack.
fn overflow(depth: usize) -> usize {
    let frame = black_box([depth; 128]);
    if depth == usize::MAX { 0 } else { overflow(depth + 1) + frame[0] }
}

/// Writes to memory that is mapped and may not be touched.
fn write_where_nobody_may() {
    let (access, flags) = (libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: the kernel chooses a range that nothing else uses.
    let page = unsafe { libc::mmap(ptr::null_mut(), 1, access, flags, -1, 0) };
    assert_ne!(page, libc::MAP_FAILED);
    // SAFETY: it is not: the kernel ends this process, which is what the test asks for.
    unsafe { page.cast::<u8>().write_volatile(1) };
}

fn die_of(signal: Signal) -> u32 {
    // SAFETY: a signal to the process itself.
    unsafe { libc::kill(libc::getpid(), signal as i32) };
    unreachable!("{signal} terminates a process")
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "which variants has `WaitStatus` for an end, and which of them is this?"
)]
fn step3_a_process_that_a_signal_terminated_is_told() {
    let signaled = |signal| Err(Failure::Signaled(signal));
    let abort = contain(Level::Process, Worst::Abort, || process::abort());
    assert_eq!(abort, signaled(Signal::SIGABRT), "abort");
    let fault = contain(Level::Process, Worst::Fault, || {
        write_where_nobody_may();
        1
    });
    assert_eq!(fault, signaled(Signal::SIGSEGV), "a write to memory that nobody may touch");
    let overflow = contain(Level::Process, Worst::StackOverflow, || overflow(0) as u32);
    // The Rust runtime handles SIGSEGV at the end of a stack that it knows, and aborts.
    assert!(
        [signaled(Signal::SIGABRT), signaled(Signal::SIGSEGV)].contains(&overflow),
        "a full stack is a SIGABRT of the runtime, or the SIGSEGV itself, not {overflow:?}"
    );
    for signal in [Signal::SIGKILL, Signal::SIGTERM, Signal::SIGUSR1] {
        // A process holds more than a job has announced.
        let result = contain(Level::Process, Worst::Panic, move || die_of(signal));
        assert_eq!(result, signaled(signal));
    }
    assert_eq!(contain(Level::Process, Worst::Panic, || 5), Ok(5), "the next job");
}

#[grade::test(hint = "the child has ended without a report, by its own will: what is known of it?")]
fn step3_a_process_that_exits_has_no_value() {
    // 101 is what Rust exits with after a panic; shells tell of signals by 128 and more.
    for code in [0, 1, 42, 101, 128 + 6, 255] {
        let result = contain(Level::Process, Worst::Exit, move || process::exit(code));
        assert_eq!(result, Err(Failure::Exited(code)), "the job calls exit({code})");
        // SAFETY: `_exit` takes any code and does not return.
        let result = contain(Level::Process, Worst::Exit, move || unsafe { libc::_exit(code) });
        assert_eq!(result, Err(Failure::Exited(code)), "the job calls _exit({code})");
    }
}

#[grade::test(
    timeout_ms = 20_000,
    census = true,
    hint = "who waits for the child, and who closes both ends of the pipe?"
)]
fn step4_no_zombie_and_no_descriptor_is_left() {
    for _ in 0..3 {
        let left = [
            contain(Level::Process, Worst::Exit, || 7),
            contain(Level::Process, Worst::Panic, || panic!("boom")),
            contain(Level::Process, Worst::Exit, || process::exit(7)),
            contain(Level::Process, Worst::Abort, || process::abort()),
            contain(Level::Thread, Worst::Abort, || 7),
        ];
        assert_eq!(left[0], Ok(7), "of all these: {left:?}");
    }
    let children = waitpid(None::<Pid>, Some(WaitPidFlag::WNOHANG));
    assert_eq!(children, Err(Errno::ECHILD), "the caller has a child that nobody waited for");
}

/// A child that the caller has started by itself, and that has ended.
fn dead_child_of_the_caller() -> Child {
    let mut sh = Command::new("sh");
    let child = sh.args(["-c", "exit 8"]).stdin(Stdio::null()).spawn().unwrap();
    let id = Id::Pid(Pid::from_raw(child.id().cast_signed()));
    waitid(id, WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).unwrap();
    child
}

#[grade::test(hint = "for which child does the caller wait?")]
fn step4_other_children_are_left_alone() {
    let mut other = dead_child_of_the_caller();
    assert_eq!(contain(Level::Process, Worst::Exit, || process::exit(3)), Err(Failure::Exited(3)));
    assert_eq!(contain(Level::Process, Worst::Exit, || 7), Ok(7));
    let code = other.wait().ok().and_then(|status| status.code());
    assert_eq!(code, Some(8), "the code of another child, which the caller has not waited for");
}

#[grade::test(hint = "which calls fail with EINTR when a signal is handled, and what then?")]
fn step4_a_signal_that_is_handled_is_no_failure() {
    let storm = SignalStorm::start().unwrap();
    let value = contain(Level::Process, Worst::Exit, || {
        thread::sleep(Duration::from_millis(100));
        7
    });
    assert_eq!(value, Ok(7), "signals were handled while the job ran");
    let exit = contain(Level::Process, Worst::Exit, || {
        // Now the caller sees the end of every pipe, while the process lives on.
        // SAFETY: this process uses none of its descriptors any more.
        unsafe { libc::syscall(libc::SYS_close_range, 3, u32::MAX, 0) };
        thread::sleep(Duration::from_millis(100));
        // SAFETY: `_exit` takes any code and does not return.
        unsafe { libc::_exit(3) }
    });
    assert_eq!(exit, Err(Failure::Exited(3)), "signals were handled while the process ended");
    assert!(storm.interruptions() > 0, "this test handles signals");
}

static TO_TEST: AtomicI32 = AtomicI32::new(-1);

extern "C" fn say_that_it_runs() {
    // SAFETY: the byte is valid, and the descriptor is open while the test runs.
    unsafe { libc::write(TO_TEST.load(SeqCst), b"x".as_ptr().cast(), 1) };
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "both processes have the exit handlers and the buffers of the caller: how does a child \
            end without them?"
)]
fn step4_the_process_does_not_clean_up_for_the_caller() {
    let (mut said, to_test) = io::pipe().unwrap();
    TO_TEST.store(to_test.as_raw_fd(), SeqCst);
    // SAFETY: the handler makes one system call.
    assert_eq!(unsafe { libc::atexit(say_that_it_runs) }, 0);
    assert_eq!(contain(Level::Process, Worst::Exit, || 7), Ok(7));
    assert_eq!(contain(Level::Process, Worst::Panic, || panic!("boom")), panicked("boom"));
    TO_TEST.store(-1, SeqCst);
    drop(to_test);
    let mut handlers = String::new();
    said.read_to_string(&mut handlers).unwrap();
    assert_eq!(handlers, "", "an exit handler of the caller has run in the process of a job");
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "a fork copies what the caller has printed and not written yet: who writes it?"
)]
fn step4_what_the_caller_has_printed_is_written_once() {
    let (mut said, to_test) = io::pipe().unwrap();
    let usual = io::stdout().as_fd().try_clone_to_owned().unwrap();
    dup2_stdout(to_test).unwrap();
    // Without a line end it stays in the buffer.
    io::stdout().write_all(b"cheese").unwrap();
    let results = [
        contain(Level::Process, Worst::Exit, || 7),
        contain(Level::Process, Worst::Panic, || panic!("boom")),
    ];
    io::stdout().flush().unwrap();
    dup2_stdout(usual).unwrap();
    let mut text = String::new();
    said.read_to_string(&mut text).unwrap();
    assert_eq!(results, [Ok(7), panicked("boom")]);
    assert_eq!(text, "cheese", "what the caller printed, before two jobs in processes");
}

#[grade::test(
    hint = "which descriptors does a program inherit, and what does the caller wait for? If the test \
            does not end: the program is no process of the test, and may have a pipe of yours open"
)]
fn step4_a_program_that_the_job_started_may_live_on() {
    let (its_input, mut input) = io::pipe().unwrap();
    let (mut output, its_output) = io::pipe().unwrap();
    let result = contain(Level::Process, Worst::Exit, move || {
        let mut sh = Command::new("sh");
        sh.args(["-c", "read line; echo $line"]).stdin(its_input).stdout(its_output);
        // It becomes a child of the grader, which waits for it.
        #[expect(clippy::zombie_processes, reason = "the job ends before its program")]
        let program = sh.spawn().unwrap();
        u32::from(program.id() > 0)
    });
    assert_eq!(result, Ok(1));
    input.write_all(b"still here\n").unwrap();
    let mut said = String::new();
    output.read_to_string(&mut said).unwrap();
    assert_eq!(said, "still here\n", "what the program says after the end of its job");
}

#[grade::test(
    census = true,
    hint = "there is no room for another thread or process: where would the job run then?"
)]
fn step4_a_job_without_its_wall_does_not_run() {
    static RAN: AtomicBool = AtomicBool::new(false);
    for level in [Level::Thread, Level::Process] {
        assert_eq!(contain(level, Worst::Panic, || 7), Ok(7), "while there is room");
    }
    tight::no_new_processes().unwrap();
    for level in [Level::Thread, Level::Process] {
        let run = || {
            RAN.store(true, SeqCst);
            7
        };
        let result = catch_unwind(AssertUnwindSafe(|| contain(level, Worst::Panic, run)));
        assert!(!RAN.load(SeqCst), "the job was to run at {level:?}, and has run in the caller");
        assert!(result.is_err(), "{result:?} for a job that could not run at {level:?}");
    }
}
