//! Exercise 2.4: `lifecycle::e4_exec_or_report`.

#[path = "support/closes.rs"]
mod closes;
#[path = "support/moments.rs"]
mod moments;
#[path = "support/shell.rs"]
mod shell;
mod support;

use std::ffi::{CStr, CString};
use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::mem;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::process::{self, Child, Command, Stdio};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock};

use grade::alloc::{self, CODE, Watch, WatchedAllocator};
use grade::storm::SignalStorm;
use grade::tight::{few_descriptors, no_new_processes};
use lifecycle::e4_exec_or_report::{self, SpawnError};
use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction, signal};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{ForkResult, Pid, dup2_stderr, dup2_stdout, fork};
use shell::Shell;

#[global_allocator]
static ALLOCATOR: WatchedAllocator = WatchedAllocator;

/// A path at which there is nothing.
const NOTHING: &CStr = c"/no/such/program";

/// Calls `spawn` and checks that only the caller comes back from it.
fn spawn(argv: &[&CStr], env: &[&CStr]) -> Result<Pid, SpawnError> {
    let owned = |strings: &[&CStr]| strings.iter().map(|&s| s.to_owned()).collect::<Vec<CString>>();
    let (argv, env) = (owned(argv), owned(env));
    let caller = Pid::this();
    let result = e4_exec_or_report::spawn(&argv, &env);
    assert_eq!(Pid::this(), caller, "the failed child came back from `spawn` to the caller");
    result
}

/// Starts a shell that waits for the test.
fn shell() -> Shell {
    Shell::started_by(|| {
        spawn(&[c"/bin/sh", c"-c", shell::SCRIPT], &[]).expect("there is a program /bin/sh")
    })
}

#[track_caller]
fn assert_exec_fails(argv: &[&CStr], wanted: Errno, what: &str) {
    let result = spawn(argv, &[]);
    assert!(
        matches!(result, Err(SpawnError::Exec(errno)) if errno == wanted),
        "{what}: wanted Err(Exec({wanted:?})), got {result:?}"
    );
}

#[track_caller]
fn assert_no_child() {
    assert_eq!(
        waitpid(None, Some(WaitPidFlag::WNOHANG)),
        Err(Errno::ECHILD),
        "`spawn` failed and left a child that nobody waited for"
    );
}

/// A file in memory, at a path that the children of this process can open.
fn file(text: &str, mode: u32) -> (File, CString) {
    // SAFETY: the name is a C string.
    let number = unsafe { libc::memfd_create(c"test".as_ptr(), libc::MFD_CLOEXEC) };
    assert!(number >= 0, "a file in memory: {}", io::Error::last_os_error());
    // SAFETY: the descriptor is new, so nothing else owns it.
    let mut file = unsafe { File::from_raw_fd(number) };
    file.write_all(text.as_bytes()).unwrap();
    file.set_permissions(Permissions::from_mode(mode)).unwrap();
    let path = format!("/proc/{}/fd/{}", process::id(), file.as_raw_fd());
    (file, CString::new(path).unwrap())
}

#[grade::test(
    census = true,
    hint = "the test lets the program end only after `spawn` has returned:\n\
            what do you wait for, and who still holds the other end of it?"
)]
fn step1_the_program_runs_and_the_caller_goes_on() {
    let shell = shell();
    assert_eq!(
        waitpid(shell.pid, Some(WaitPidFlag::WNOHANG)),
        Ok(WaitStatus::StillAlive),
        "the process whose ID was returned is a child of the caller, and still runs"
    );
    let pid = shell.pid;
    assert_eq!(shell.end_with(7), Ok(WaitStatus::Exited(pid, 7)), "the program exits with 7");
}

#[grade::test(hint = "which functions of exec(3) take the environment as an argument?")]
fn step1_the_program_gets_its_arguments_and_its_environment() {
    let some = [c"/bin/sh", c"-c", shell::SCRIPT, c"", c"two words", c"\xff$HOME"];
    let argv = [&some[..], &[c"and so on"; 1_000]].concat();
    for env in [&[][..], &[c"B=two words", c"A=\xff", c"EMPTY="], &[c"A=1"; 1_000]] {
        let shell = Shell::started_by(|| spawn(&argv, env).expect("there is a program /bin/sh"));
        for (name, wanted) in [("cmdline", &argv[..]), ("environ", env)] {
            let wanted: Vec<u8> =
                wanted.iter().flat_map(|s| s.to_bytes_with_nul()).copied().collect();
            assert_eq!(
                shell.file(name).escape_ascii().to_string(),
                wanted.escape_ascii().to_string(),
                "the {name} of the program (proc(5)), and what it should be"
            );
        }
        shell.end_with(0).unwrap();
    }
}

#[grade::test(hint = "`errno` belongs to the process whose call failed, until its next call:\n\
            how does the caller get it?")]
fn step2_the_error_of_exec_is_the_error_of_the_call() {
    assert_exec_fails(&[NOTHING], Errno::ENOENT, "there is no such file");
    assert_exec_fails(&[c""], Errno::ENOENT, "the path is empty");
    assert_exec_fails(&[c"/"], Errno::EACCES, "the path is a folder");
    let (_file, path) = file("", 0o600);
    assert_exec_fails(&[&path], Errno::EACCES, "the file may not be executed");
    assert_exec_fails(&[c"/dev/null/sh"], Errno::ENOTDIR, "/dev/null is no folder");
    let long = CString::new("x".repeat(5_000)).unwrap();
    assert_exec_fails(&[&long], Errno::ENAMETOOLONG, "the path has 5000 letters");
    let huge = CString::new("x".repeat(8 << 20)).unwrap();
    assert_exec_fails(&[c"/bin/sh", &huge], Errno::E2BIG, "an argument of 8 MiB");
}

#[grade::test(
    hint = "which functions of exec(3) do more than the system call: search, ask a shell?"
)]
fn step2_no_path_is_searched_and_no_shell_is_asked() {
    let (_file, path) = file("exit 0\n", 0o700);
    assert_exec_fails(&[&path], Errno::ENOEXEC, "an executable file that is no program");
    assert_exec_fails(&[c"sh"], Errno::ENOENT, "the path `sh`, where the folder has no such file");
}

#[grade::test(hint = "which path do you execute where there is no `argv[0]`?")]
fn step2_no_arguments_are_no_program() {
    assert_exec_fails(&[], Errno::EINVAL, "`argv` is empty");
    assert_no_child();
}

#[grade::test(hint = "what tells the caller that `exec` has succeeded, however long that takes?")]
fn step2_the_caller_waits_until_exec_has_succeeded_or_failed() {
    // Every child is late: it goes on when the caller has done what it can do without it.
    moments::in_every_child(|caller| {
        support::has_fallen_asleep(caller);
    });
    assert_exec_fails(&[NOTHING], Errno::ENOENT, "there is no such file, which took a while");
}

#[grade::test(hint = "which descriptors does `exec` close, and which does it keep?")]
fn step2_the_program_inherits_descriptors_of_the_caller_and_no_others() {
    let (_reader, writer) = io::pipe().unwrap();
    // SAFETY: the number is a descriptor, and the flag says that a program may inherit it.
    assert_eq!(unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETFD, 0) }, 0);
    let callers = shell::inheritable();
    let shell = shell();
    let programs = shell.descriptors();
    let added: Vec<&i32> = programs.difference(&callers).collect();
    assert!(added.is_empty(), "open in the program, and not of the caller: descriptors {added:?}");
    let lost: Vec<&i32> = callers.difference(&programs).collect();
    assert!(lost.is_empty(), "the caller lets programs have {lost:?}, and this one has not");
    shell.end_with(0).unwrap();
}

#[grade::test(
    hint = "exit(3) tells what `exit` does before the process ends; what does `_exit` do?"
)]
fn step2_the_failed_child_does_not_clean_up_for_the_caller() {
    /// The process whose exit handler `handler` is, and where the handler writes.
    static OWNER: AtomicU32 = AtomicU32::new(0);
    static PIPE: AtomicI32 = AtomicI32::new(-1);
    extern "C" fn handler() {
        // Relaxed: the values were stored before the fork.
        if process::id() != OWNER.load(Relaxed) {
            let text = " and an exit handler ran";
            // SAFETY: the pointer and the length are those of a text.
            unsafe { libc::write(PIPE.load(Relaxed), text.as_ptr().cast(), text.len()) };
        }
    }
    let (mut printed, pipe) = io::pipe().unwrap();
    OWNER.store(process::id(), Relaxed);
    PIPE.store(pipe.as_raw_fd(), Relaxed);
    // SAFETY: the handler is a function of this binary.
    assert_eq!(unsafe { libc::atexit(handler) }, 0, "an exit handler can be registered");

    let (mut stdout, stderr) = (io::stdout(), io::stderr());
    let usual = [stdout.as_fd(), stderr.as_fd()].map(|fd| fd.try_clone_to_owned().unwrap());
    dup2_stdout(&pipe).unwrap();
    dup2_stderr(&pipe).unwrap();
    // Half a line waits in the buffer, and the child gets a copy of the buffer.
    stdout.write_all(b"half a line").unwrap();
    let result = spawn(&[NOTHING], &[]);
    stdout.flush().unwrap();
    dup2_stdout(&usual[0]).unwrap();
    dup2_stderr(&usual[1]).unwrap();
    drop(pipe);

    let mut text = String::new();
    printed.read_to_string(&mut text).unwrap();
    assert_eq!(
        text, "half a line",
        "all that was printed: the caller printed this once, before the fork, and the failed child \
         prints nothing, since what prints takes a lock that another thread may have held"
    );
    assert!(matches!(result, Err(SpawnError::Exec(Errno::ENOENT))), "got {result:?}");
}

#[grade::test(
    timeout_ms = 20_000,
    census = true,
    hint = "what does a failed start leave behind: which descriptors, which process?"
)]
fn step3_failures_leave_nothing_behind() {
    let _few = few_descriptors(16).unwrap();
    for number in 1..=500 {
        assert_exec_fails(&[NOTHING], Errno::ENOENT, &format!("failed start number {number}"));
        assert_no_child();
    }
}

#[grade::test(
    census = true,
    hint = "who frees what the arrays need, and who closes each end of the pipe: once?"
)]
fn step3_a_start_costs_the_caller_nothing() {
    let mappings = || fs::read_to_string("/proc/self/maps").unwrap().lines().count();
    let start = |argv| spawn(argv, &[c"A=1"]).map(|pid| waitpid(pid, None));
    const TIMES: usize = 100;
    for argv in [&[c"/bin/sh", c"-c", c"exit 0"][..], &[NOTHING]] {
        // The first one may set up what stays.
        let _ = start(argv);
        let before = (alloc::in_use(), mappings());
        for _ in 0..TIMES {
            let _ = start(argv);
        }
        assert_eq!(
            alloc::in_use(),
            before.0,
            "bytes that are allocated after {TIMES} starts of {argv:?}, and before"
        );
        let more = mappings() - before.1;
        assert!(more < TIMES, "{TIMES} starts of {argv:?} left {more} mappings (mmap(2))");
    }
    assert_eq!(
        closes::of_nothing(),
        0,
        "calls of close(2) for a descriptor that was closed before: another thread may have got \
         its number meanwhile"
    );
}

#[grade::test(hint = "whose status does your wait collect, if the caller has other children?")]
fn step3_other_children_are_left_to_the_caller() {
    // SAFETY: a graded test has one thread, and the child ends at once.
    let other = match unsafe { fork() }.unwrap() {
        // SAFETY: `_exit` takes any code and does not return.
        ForkResult::Child => unsafe { libc::_exit(9) },
        ForkResult::Parent { child } => child,
    };
    // Waits until the other child has ended, and leaves its status where it is.
    waitid(Id::Pid(other), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).unwrap();
    assert_exec_fails(&[NOTHING], Errno::ENOENT, "there is no such file");
    assert_eq!(
        waitpid(other, None),
        Ok(WaitStatus::Exited(other, 9)),
        "the status of another child of the caller was waiting; `spawn` must leave it alone"
    );
    assert_no_child();
}

#[grade::test(census = true, hint = "what has been opened when `fork` fails, and who closes it?")]
fn step3_a_failed_fork_is_an_error() {
    no_new_processes().unwrap();
    let before = signals_of_the_caller();
    let result = spawn(&[c"/bin/sh", c"-c", c"exit 0"], &[]);
    assert!(
        matches!(result, Err(SpawnError::Fork(Errno::EAGAIN))),
        "the system has no room for a child: wanted Err(Fork(EAGAIN)), got {result:?}"
    );
    assert_eq!(signals_of_the_caller(), before, "blocked, ignored and handled signals");
}

#[grade::test(
    census = true,
    hint = "what does the call that makes a pipe return where no descriptor is left?"
)]
fn step3_a_failed_pipe_is_an_error() {
    let few = few_descriptors(0).unwrap();
    let result = spawn(&[NOTHING], &[]);
    drop(few);
    // A report that does not travel through a pipe may come all the same.
    assert!(
        matches!(result, Err(SpawnError::Pipe(Errno::EMFILE) | SpawnError::Exec(Errno::ENOENT))),
        "the caller can open no descriptor: wanted Err(Pipe(EMFILE)), got {result:?}"
    );
    assert_no_child();
}

#[grade::test(hint = "what does read(2) return when a signal handler has run meanwhile?")]
fn step3_a_signal_does_not_end_the_wait_for_the_report() {
    let storm = SignalStorm::start().unwrap();
    moments::in_every_child(support::interrupt_the_sleep_of);
    assert_exec_fails(
        &[NOTHING],
        Errno::ENOENT,
        "there is no such file; signals have reached the caller before the report did",
    );
    let shell = shell();
    drop(storm);
    shell.end_with(0).unwrap();
}

#[grade::test(hint = "what does waitpid(2) return when a signal handler has run meanwhile,\n\
            or when it is told not to wait?")]
fn step3_a_signal_does_not_end_the_wait_for_the_failed_child() {
    let storm = SignalStorm::start().unwrap();
    moments::before_a_child_exits(support::interrupt_the_sleep_of);
    assert_exec_fails(&[NOTHING], Errno::ENOENT, "there is no such file");
    drop(storm);
    assert_no_child();
}

#[grade::test(hint = "what does waitpid(2) return where no status of a dead child is kept?")]
fn step3_the_error_is_the_same_where_sigchld_is_ignored() {
    // Where SIGCHLD is ignored, the kernel keeps no status of dead children (wait(2), NOTES).
    // SAFETY: no handler is installed.
    unsafe { signal(Signal::SIGCHLD, SigHandler::SigIgn) }.unwrap();
    assert_exec_fails(&[NOTHING], Errno::ENOENT, "no such file, and the caller ignores SIGCHLD");
    assert_no_child();
}

/// A set of signals in proc_pid_status(5): bit 0 stands for signal 1.
fn signals(status: &[u8], set: &str) -> u64 {
    let status = String::from_utf8_lossy(status);
    let line = status.lines().find_map(|line| line.strip_prefix(set)?.strip_prefix(":\t"));
    u64::from_str_radix(line.expect("proc(5) promises this line"), 16).unwrap()
}

/// What this process blocks, ignores and handles.
fn signals_of_the_caller() -> [String; 3] {
    let status = fs::read("/proc/self/status").unwrap();
    ["SigBlk", "SigIgn", "SigCgt"].map(|set| format!("{set} {:x}", signals(&status, set)))
}

fn bit(signal: Signal) -> u64 {
    1 << (signal as u32 - 1)
}

#[grade::test(hint = "signal(7) and execve(2) tell what becomes of actions and of the mask")]
fn step4_the_program_starts_with_sigpipe_as_usual_and_no_signal_blocked() {
    // SAFETY: no handler is installed.
    unsafe { signal(Signal::SIGPIPE, SigHandler::SigIgn) }.unwrap();
    let blocked = [Signal::SIGTERM, Signal::SIGUSR1, Signal::SIGPIPE];
    SigSet::from_iter(blocked).thread_block().unwrap();
    let shell = shell();
    let status = shell.file("status");
    assert_eq!(signals(&status, "SigBlk"), 0, "the signals that are blocked in the program");
    assert_eq!(
        signals(&status, "SigIgn") & bit(Signal::SIGPIPE),
        0,
        "the program ignores SIGPIPE, as the Rust program does that started it"
    );
    shell.end_with(0).unwrap();
}

#[grade::test(
    hint = "nohup(1) and the job control of shells count on it: what does the child change that it\n\
            was not told to change?"
)]
fn step4_all_else_is_inherited() {
    // SAFETY: no handler is installed.
    unsafe { signal(Signal::SIGHUP, SigHandler::SigIgn) }.unwrap();
    let shell = shell();
    assert_eq!(
        signals(&shell.file("status"), "SigIgn") & bit(Signal::SIGHUP),
        bit(Signal::SIGHUP),
        "the caller ignores SIGHUP, and the program does not"
    );
    for (field, what) in [(2, "process group"), (3, "session")] {
        assert_eq!(
            support::stat(shell.pid, field),
            support::stat(Pid::this(), field),
            "the {what} of the program, and that of the caller"
        );
    }
    shell.end_with(0).unwrap();
}

#[grade::test(hint = "in which of the two processes, caller or child, do you change the signals?")]
fn step4_the_signals_of_the_caller_stay_as_they_are() {
    extern "C" fn nothing(_: libc::c_int) {}
    let flags = SaFlags::SA_RESTART | SaFlags::SA_NOCLDSTOP;
    let handler = SigAction::new(SigHandler::Handler(nothing), flags, SigSet::empty());
    // SAFETY: the handler does nothing.
    unsafe {
        sigaction(Signal::SIGCHLD, &handler).unwrap();
        signal(Signal::SIGPIPE, SigHandler::SigIgn).unwrap();
    }
    SigSet::from_iter([Signal::SIGUSR1]).thread_block().unwrap();
    let (told, writer) = io::pipe().unwrap();
    let (usual, _) = USUAL.get_or_init(|| (actions(), writer.into()));
    moments::in_every_child(tell_of_other_actions);

    let before = signals_of_the_caller();
    let shell = shell();
    assert_eq!(signals_of_the_caller(), before, "what the caller has after a start");
    shell.end_with(0).unwrap();
    let result = spawn(&[NOTHING], &[]);
    assert_eq!(signals_of_the_caller(), before, "what the caller has after a failed start");
    assert!(matches!(result, Err(SpawnError::Exec(Errno::ENOENT))), "got {result:?}");

    assert_eq!(actions(), *usual, "actions and flags of SIGPIPE and SIGCHLD");
    let mut told = [PollFd::new(told.as_fd(), PollFlags::POLLIN)];
    assert_eq!(
        poll(&mut told, PollTimeout::ZERO),
        Ok(0),
        "at the fork, SIGPIPE or SIGCHLD had another action than before: actions belong to the \
         whole process, and other threads count on them at every moment"
    );
}

/// What this process does on SIGPIPE and on SIGCHLD, and the flags of that.
fn actions() -> [(usize, libc::c_int); 2] {
    [libc::SIGPIPE, libc::SIGCHLD].map(|signal| {
        // SAFETY: all zeros are a valid value, and the call changes no action.
        let action = unsafe {
            let mut action: libc::sigaction = mem::zeroed();
            libc::sigaction(signal, ptr::null(), &mut action);
            action
        };
        (action.sa_sigaction, action.sa_flags)
    })
}

/// The actions that are to stay, and the pipe that a child writes to where they have not.
static USUAL: OnceLock<([(usize, libc::c_int); 2], OwnedFd)> = OnceLock::new();

/// In a child, whose actions are those of its parent at the fork.
fn tell_of_other_actions(_: Pid) {
    let (usual, pipe) = USUAL.get().expect("the test sets it");
    if actions() != *usual {
        let _ = nix::unistd::write(pipe, b"x");
    }
}

#[grade::test(
    hint = "what runs in the child between fork and `exec`, or after it, and what of that could be\n\
            done before the fork? What is dropped in the child?"
)]
fn step5_the_child_neither_allocates_nor_frees() {
    let watch = Watch::start().unwrap();
    for (argv, what) in
        [(&[c"/bin/sh", c"-c", c"exit 7"][..], "before `exec`"), (&[NOTHING], "where `exec` fails")]
    {
        let result = spawn(argv, &[c"A=1", c"B=2"]);
        let ended = result.map(|pid| waitpid(pid, None));
        let broken = watch.broken().unwrap_or_default();
        assert!(
            broken.is_empty(),
            "the child {broken} {what}: a lock of the allocator may be held by a thread that the \
             child does not have (the test ended the child with exit code {CODE})"
        );
        match ended {
            Ok(Ok(WaitStatus::Exited(_, 7))) | Err(SpawnError::Exec(Errno::ENOENT)) => {}
            ended => panic!("the program {argv:?} ended as {ended:?}"),
        }
    }
}

#[grade::test(
    hint = "the other program of this test is started when there is a pipe, and runs on:\n\
            from which moment on is your pipe close-on-exec?"
)]
fn step5_a_program_started_at_the_same_time_does_not_delay_the_return() {
    static OTHER: Mutex<Option<Child>> = Mutex::new(None);
    /// Starts a program that runs until the test closes its input.
    fn start_the_other() {
        let mut command = Command::new("/bin/sh");
        let other = command.args(["-c", "read line"]).stdin(Stdio::piped()).spawn().unwrap();
        *OTHER.lock().unwrap() = Some(other);
    }
    let shell = Shell::started_by(|| {
        moments::after_the_next_pipe(start_the_other);
        spawn(&[c"/bin/sh", c"-c", shell::SCRIPT], &[]).expect("there is a program /bin/sh")
    });
    // A report that does not travel through a pipe cannot get into the other program.
    if let Some(mut other) = OTHER.lock().unwrap().take() {
        // It drops the input of the program before it waits.
        other.wait().unwrap();
    }
    shell.end_with(0).unwrap();
}
