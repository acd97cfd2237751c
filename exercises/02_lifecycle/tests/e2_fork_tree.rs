//! Exercise 2.2: `lifecycle::e2_fork_tree`.

#[path = "support/core_dumps.rs"]
mod core_dumps;
#[path = "support/dying.rs"]
mod dying;
#[path = "support/meeting.rs"]
mod meeting;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read, Write};
use std::mem;
use std::os::fd::AsFd;
use std::rc::Rc;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use grade::storm::SignalStorm;
use lifecycle::e2_fork_tree::{self, Node};
use meeting::Meeting;
use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, dup2_stdout, fork};

/// The error of `eval`, in a type of our own: its `==` is not the learner's to change.
#[derive(Debug, Clone, Copy, PartialEq)]
enum EvalError {
    ChildDied(Signal),
    Sys(Errno),
}

/// Long enough for a process that has something to do, on a machine that is busy.
const LONG: Duration = Duration::from_secs(2);

/// Calls `eval` and checks that only the caller comes back from it.
fn eval(node: &Node) -> Result<u8, EvalError> {
    let caller = Pid::this();
    // SAFETY: a graded test has one thread.
    let result = unsafe { e2_fork_tree::eval(node) };
    assert_eq!(Pid::this(), caller, "a child came back from `eval` to the caller");
    result.map_err(|error| match error {
        e2_fork_tree::EvalError::ChildDied(signal) => EvalError::ChildDied(signal),
        e2_fork_tree::EvalError::Sys(errno) => EvalError::Sys(errno),
    })
}

fn leaf(job: impl Fn() -> u8 + 'static) -> Node {
    Node::Leaf(Box::new(job))
}

fn value(value: u8) -> Node {
    leaf(move || value)
}

fn dies_of(signal: Signal) -> Node {
    leaf(move || dying::die_of(signal))
}

fn sum(nodes: impl Into<Vec<Node>>) -> Node {
    Node::Sum(nodes.into())
}

fn sub(left: Node, right: Node) -> Node {
    Node::Sub(Box::new(left), Box::new(right))
}

#[grade::test(hint = "the root has no process but the caller: call its job and return the value")]
fn step1_a_leaf_has_the_value_of_its_job() {
    let caller = Pid::this();
    for wanted in [0, 42, 255] {
        assert_eq!(eval(&value(wanted)), Ok(wanted), "the job returned {wanted}");
    }
    let here = leaf(move || if Pid::this() == caller { 1 } else { 0 });
    assert_eq!(eval(&here), Ok(1), "the job of the root returns 1 where it runs in the caller");
}

#[grade::test(hint = "an exit code has 256 values, and so has a `u8`; what if a sum has more?")]
fn step2_a_sum_is_taken_modulo_256() {
    assert_eq!(eval(&sum([])), Ok(0), "the sum of nothing");
    assert_eq!(eval(&sum([value(1), value(2), value(3)])), Ok(6), "1 + 2 + 3");
    // 137 and 143 are how a shell shows a process that SIGKILL or SIGTERM ended: here, values.
    assert_eq!(eval(&sum([value(137), value(143)])), Ok(24), "137 + 143");
    let nested = sum([sum([value(137), value(143)]), value(250), sum([])]);
    assert_eq!(eval(&nested), Ok(18), "(137 + 143) + 250 + ()");
}

#[grade::test(
    timeout_ms = 2_000,
    hint = "no leaf of this test ends before all of them have started:\n\
            when do you wait for the first child, and how many have you started by then?"
)]
fn step2_the_children_of_a_node_run_at_the_same_time() {
    let meeting = Meeting::of(12);
    let member = |number: usize| {
        let meeting = Rc::clone(&meeting);
        leaf(move || {
            meeting.attend(number);
            1
        })
    };
    let mut nodes: Vec<Node> = (0..10).map(member).collect();
    nodes.insert(5, sum([member(10), member(11)]));
    assert_eq!(eval(&sum(nodes)), Ok(12));
}

#[grade::test(
    hint = "exit(3) tells what `exit` does before the process ends; what does `_exit` do?"
)]
fn step2_no_child_cleans_up_for_the_caller() {
    let (mut printed, pipe) = io::pipe().unwrap();
    let mut stdout = io::stdout();
    let usual = stdout.as_fd().try_clone_to_owned().unwrap();
    dup2_stdout(&pipe).unwrap();
    drop(pipe);
    // Half a line waits in the buffer, and every child gets a copy of the buffer.
    stdout.write_all(b"half a line").unwrap();
    let result = eval(&sum([value(1), sum([value(2)])]));
    stdout.flush().unwrap();
    dup2_stdout(usual).unwrap();

    let mut text = String::new();
    printed.read_to_string(&mut text).unwrap();
    assert_eq!(text, "half a line", "the caller printed this once, before the first fork");
    assert_eq!(result, Ok(3), "1 + (2)");
}

#[grade::test(hint = "whose status does your wait collect, if the caller has other children?")]
fn step2_other_children_are_left_to_the_caller() {
    // SAFETY: a graded test has one thread, and the child ends at once.
    let other = match unsafe { fork() }.unwrap() {
        // SAFETY: `_exit` takes any code and does not return.
        ForkResult::Child => unsafe { libc::_exit(9) },
        ForkResult::Parent { child } => child,
    };
    assert_eq!(eval(&sum([value(1), value(2)])), Ok(3), "1 + 2, while the caller has a child");
    assert_eq!(
        waitpid(other, None),
        Ok(WaitStatus::Exited(other, 9)),
        "the status of another child of the caller; `eval` must leave it alone"
    );
}

#[grade::test(hint = "left minus right is not right minus left, and below zero it goes on at 255")]
fn step3_a_difference_is_left_minus_right() {
    assert_eq!(eval(&sub(value(10), value(3))), Ok(7), "10 - 3");
    assert_eq!(eval(&sub(value(3), value(10))), Ok(249), "3 - 10");
    let nested = sub(sum([value(5), value(6)]), sub(value(1), value(9)));
    assert_eq!(eval(&nested), Ok(19), "(5 + 6) - (1 - 9)");
}

#[grade::test(
    timeout_ms = 2_000,
    hint = "the left node of this test ends after the right one:\n\
            how do you know whose exit code it is that you got first?"
)]
fn step3_the_right_node_may_end_before_the_left() {
    let caller = Pid::this();
    // Which of two dead children a wait for any child finds first is up to the kernel: try often.
    for _ in 0..3 {
        let (from_right, to_left) = io::pipe().unwrap();
        let meeting = Meeting::of(2);
        let meeting_too = Rc::clone(&meeting);
        let left = leaf(move || {
            meeting.attend(0);
            let mut right = [0; 4];
            (&from_right).read_exact(&mut right).unwrap();
            let right = Pid::from_raw(i32::from_ne_bytes(right));
            // Until it has ended, whether or not somebody has waited for it.
            while support::stat(right, 0).is_some_and(|state| state != "Z") {
                thread::yield_now();
            }
            // If the caller waits for any child, it has seen the right one when it sleeps again.
            support::has_fallen_asleep(caller);
            10
        });
        let right = leaf(move || {
            meeting_too.attend(1);
            (&to_left).write_all(&Pid::this().as_raw().to_ne_bytes()).unwrap();
            3
        });
        assert_eq!(eval(&sub(left, right)), Ok(7), "10 - 3, where the 3 is there first");
    }
}

#[grade::test(hint = "draw the processes of this tree: who forks whom, and where does each end?")]
fn step3_every_node_has_one_process() {
    let caller = Pid::this();
    let (mut log, writer) = io::pipe().unwrap();
    let writer = Rc::new(writer);
    // Each leaf writes a line: its name and its processes, from its own up to the caller.
    let logged = |name: &'static str| {
        let writer = Rc::clone(&writer);
        leaf(move || {
            let line = format!("{name} {}\n", lineage(caller).join(" "));
            (&*writer).write_all(line.as_bytes()).unwrap();
            0
        })
    };
    let tree = sum([logged("a"), sub(logged("b"), logged("c")), sum([logged("d")])]);
    eval(&tree).unwrap();
    drop((tree, writer));

    let mut text = String::new();
    log.read_to_string(&mut text).unwrap();
    let seen =
        format!("the tree is a + (b - c) + (d); each leaf and the processes above it:\n{text}");
    assert_eq!(text.lines().count(), 4, "each of the four jobs runs once; {seen}");

    let lineages: BTreeMap<&str, Vec<&str>> = text
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, pids)| (name, pids.split(' ').collect()))
        .collect();
    let depths: Vec<usize> = lineages.values().map(Vec::len).collect();
    assert_eq!(depths, [2, 3, 3, 3], "every node has one process, the root the caller's; {seen}");
    assert_eq!(lineages["b"][1], lineages["c"][1], "b and c have one parent; {seen}");
    let all: BTreeSet<&str> = lineages.into_values().flatten().collect();
    assert_eq!(all.len(), 7, "seven nodes are seven processes; {seen}");
}

/// The IDs of this process, its parent and so on up to `last`, or as far as can be seen.
fn lineage(last: Pid) -> Vec<String> {
    let mut pids = vec![Pid::this()];
    while let Some(&pid) = pids.last().filter(|&&pid| pid != last) {
        let parent = support::stat(pid, 1).and_then(|parent| parent.parse().ok());
        match parent.map(Pid::from_raw) {
            Some(parent) => pids.push(parent),
            None => break,
        }
    }
    pids.iter().map(Pid::to_string).collect()
}

#[grade::test(hint = "which message can a child send to its parent that is not a value?")]
fn step4_a_death_at_any_depth_is_the_error_of_the_tree() {
    let killed = Err(EvalError::ChildDied(Signal::SIGKILL));
    let terminated = Err(EvalError::ChildDied(Signal::SIGTERM));

    assert_eq!(eval(&sum([value(1), dies_of(Signal::SIGKILL)])), killed, "1 + SIGKILL");
    let deep = sum([value(1), sub(value(2), sum([dies_of(Signal::SIGTERM), value(3)]))]);
    assert_eq!(eval(&deep), terminated, "1 + (2 - (SIGTERM + 3))");
    let late = sum([value(1), dies_of(Signal::SIGKILL), dies_of(Signal::SIGTERM)]);
    assert_eq!(eval(&late), killed, "1 + SIGKILL + SIGTERM: the first from the left counts");
    let two = sub(sum([dies_of(Signal::SIGTERM)]), dies_of(Signal::SIGKILL));
    assert_eq!(eval(&two), terminated, "(SIGTERM) - SIGKILL: the first from the left counts");
}

#[grade::test(hint = "a process ends by a signal only where it neither handles nor ignores it")]
fn step4_every_signal_is_passed_on_as_it_is() {
    // The Rust runtime has a handler for SIGSEGV, and ignores SIGPIPE.
    let signals =
        [Signal::SIGHUP, Signal::SIGINT, Signal::SIGUSR1, Signal::SIGSEGV, Signal::SIGPIPE];
    for signal in signals {
        let deep = sum([sum([dies_of(signal)])]);
        assert_eq!(eval(&deep), Err(EvalError::ChildDied(signal)), "(({signal}))");
    }
}

#[grade::test(hint = "a process whose memory was dumped has ended by a signal, like others")]
fn step4_a_core_dump_makes_no_difference() {
    core_dumps::begin();
    let deep = sum([value(1), sum([dies_of(Signal::SIGABRT)])]);
    let died = Err(EvalError::ChildDied(Signal::SIGABRT));
    let result = eval(&deep);
    let added = core_dumps::seen();
    assert_eq!(result, died, "1 + (SIGABRT); core dumps added in the caller here: {added}");
}

#[grade::test(hint = "which children has nobody waited for when the failure is returned?")]
fn step4_no_child_is_left_behind_after_a_failure() {
    let terminated = Err(EvalError::ChildDied(Signal::SIGTERM));
    let nobody_is_left = || {
        assert_eq!(
            waitpid(None, Some(WaitPidFlag::WNOHANG)),
            Err(Errno::ECHILD),
            "`eval` left a child that nobody waited for"
        );
    };
    let tree = sum([dies_of(Signal::SIGTERM), value(1), sum([value(2)])]);
    assert_eq!(eval(&tree), terminated, "SIGTERM + 1 + (2)");
    nobody_is_left();
    assert_eq!(eval(&sub(dies_of(Signal::SIGTERM), value(1))), terminated, "SIGTERM - 1");
    nobody_is_left();
}

#[grade::test(hint = "a failed child is no reason to end its siblings; who waits for them?")]
fn step4_the_other_children_finish_their_jobs() {
    let (mut done, writer) = io::pipe().unwrap();
    let (from_dying, to_slow) = io::pipe().unwrap();
    let caller = Pid::this();
    let dying = leaf(move || {
        (&to_slow).write_all(&Pid::this().as_raw().to_ne_bytes()).unwrap();
        dying::die_of(Signal::SIGTERM)
    });
    let slow = leaf(move || {
        let mut pid = [0; 4];
        (&from_dying).read_exact(&mut pid).unwrap();
        let dead = Pid::from_raw(i32::from_ne_bytes(pid));
        // The caller has done what it does about a death when it has taken the status and sleeps.
        // One that waits in another order does not take it now, so there is an end to this.
        let start = Instant::now();
        let may_still_act = || support::stat(dead, 0).is_some() || !sleeps_in_the_kernel(caller);
        while may_still_act() && start.elapsed() < LONG {
            thread::yield_now();
        }
        (&writer).write_all(b"done").unwrap();
        1
    });
    let tree = sum([dying, slow]);
    let result = eval(&tree);
    drop(tree);
    let mut text = String::new();
    done.read_to_string(&mut text).unwrap();
    assert_eq!(text, "done", "what the job beside a node that died writes at its end");
    assert_eq!(result, Err(EvalError::ChildDied(Signal::SIGTERM)), "SIGTERM + 1");
}

/// Whether `pid` sleeps in a system call and has left its processor. The state alone does not say
/// so: wait(2) sets it before it looks for a dead child, and looks on if there is one. What the
/// process waits in (`/proc/PID/wchan`) is `0` until it is off the processor.
fn sleeps_in_the_kernel(pid: Pid) -> bool {
    let waits = || fs::read_to_string(format!("/proc/{pid}/wchan")).is_ok_and(|at| at != "0");
    waits() && support::stat(pid, 0).as_deref() == Some("S")
}

#[grade::test(timeout_ms = 2_000, hint = "only one error of `waitpid` means: try again")]
fn step4_a_child_that_cannot_be_waited_for_is_an_error() {
    // Where SIGCHLD is ignored, the kernel keeps no status of dead children (wait(2), NOTES).
    // SAFETY: no handler is installed.
    unsafe { signal(Signal::SIGCHLD, SigHandler::SigIgn) }.unwrap();
    let refused = Err(EvalError::Sys(Errno::ECHILD));
    assert_eq!(eval(&sum([value(1)])), refused, "the caller ignores SIGCHLD: no status is kept");
}

#[grade::test(hint = "what does waitpid(2) return when a signal handler has run meanwhile?")]
fn step4_a_signal_to_the_caller_is_no_failure() {
    let caller = Pid::this();
    let _storm = SignalStorm::start().unwrap();
    let interrupting = leaf(move || {
        support::interrupt_the_sleep_of(caller);
        5
    });
    assert_eq!(
        eval(&sum([interrupting, value(6)])),
        Ok(11),
        "5 + 6, where the 5 comes after signals have reached the waiting caller"
    );
}

#[grade::test(hint = "what does `fork` return where there is no room for one more process?")]
fn step4_a_child_that_cannot_be_born_is_an_error() {
    grade::tight::no_new_processes().unwrap();
    assert_eq!(eval(&value(7)), Ok(7), "a leaf needs no child");
    let refused = Err(EvalError::Sys(Errno::EAGAIN));
    assert_eq!(eval(&sum([value(1), value(2)])), refused, "the system has no room for a child");
}

/// How many forks still succeed; a negative number means all of them.
static FORKS_LEFT: AtomicI32 = AtomicI32::new(-1);

/// Takes the place of the C library's `fork`, and calls it while there is room.
#[unsafe(export_name = "fork")]
extern "C" fn fork_while_there_is_room() -> libc::pid_t {
    // Relaxed: each process has one thread.
    match FORKS_LEFT.load(Relaxed) {
        0 => {
            Errno::EAGAIN.set();
            return -1;
        }
        left if left > 0 => FORKS_LEFT.store(left - 1, Relaxed),
        _ => {}
    }
    // SAFETY: the next `fork` behind this one is the C library's, which has this type.
    let real: extern "C" fn() -> libc::pid_t =
        unsafe { mem::transmute(libc::dlsym(libc::RTLD_NEXT, c"fork".as_ptr())) };
    real()
}

#[grade::test(hint = "which children have been started when a later fork fails?")]
fn step4_no_child_is_left_behind_after_a_failed_fork() {
    FORKS_LEFT.store(2, Relaxed);
    let result = eval(&sum([value(1), value(2), value(3)]));
    assert_eq!(result, Err(EvalError::Sys(Errno::EAGAIN)), "the third fork of a sum fails");
    assert_eq!(
        waitpid(None, Some(WaitPidFlag::WNOHANG)),
        Err(Errno::ECHILD),
        "`eval` left a child that nobody waited for"
    );
}
