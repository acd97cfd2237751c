//! Exercise 10.0: `shared_memory::e0_count_together`.

#[path = "support/forks.rs"]
mod forks;

use std::io::{self, Read, Write};
use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::libc;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{ForkResult, Pid, dup2_stdout, fork};
use shared_memory::e0_count_together;

/// Calls `count_together` and checks that only the caller comes back from it.
fn count_together(children: u32, each: u32) -> nix::Result<u32> {
    let caller = Pid::this();
    // SAFETY: a graded test has one thread.
    let result = unsafe { e0_count_together::count_together(children, each) };
    assert_eq!(Pid::this(), caller, "a child came back from `count_together` to the caller");
    result
}

#[grade::test(hint = "in whose memory is the number to which a child adds?")]
fn the_number_is_shared() {
    assert_eq!(count_together(1, 1), Ok(1), "one child adds 1");
    assert_eq!(count_together(1, 7), Ok(7), "one child adds 1 seven times");
    assert_eq!(count_together(3, 10), Ok(30), "three children add 1 ten times");
    assert_eq!(count_together(3, 10), Ok(30), "the same again, from 0");
    assert_eq!(count_together(0, 10), Ok(0), "no child adds anything");
    assert_eq!(count_together(3, 0), Ok(0), "three children add nothing");
}

#[grade::test(
    timeout_ms = 30_000,
    hint = "between the load and the store of one process, what do the others do?"
)]
fn no_addition_is_lost() {
    // They begin together, and count for longer than a process has the processor at a time.
    forks::begin_together(4);
    let counted = count_together(4, 4_000_000);
    assert_eq!(counted, Ok(16_000_000), "4 children add 1, 4000000 times each");
}

#[grade::test(hint = "no child of this test ends before all have started:\n\
            when do you wait for the first, and how many have you started by then?")]
fn the_children_run_at_the_same_time() {
    forks::begin_together(5);
    assert_eq!(count_together(5, 3), Ok(15), "five children add 1 three times");
    assert_eq!(forks::count(), 5, "processes that were forked for five children");
}

#[grade::test(census = true, hint = "how many children are there, and how many waits?")]
fn every_child_has_been_waited_for() {
    assert_eq!(count_together(3, 5), Ok(15), "three children add 1 five times");
    assert_eq!(
        waitpid(None, Some(WaitPidFlag::WNOHANG)),
        Err(Errno::ECHILD),
        "`count_together` left a child that nobody waited for"
    );
}

#[grade::test(
    hint = "exit(3) tells what `exit` does before the process ends; what does `_exit` do?"
)]
fn no_child_cleans_up_for_the_caller() {
    let (mut printed, pipe) = io::pipe().unwrap();
    let mut stdout = io::stdout();
    let usual = stdout.as_fd().try_clone_to_owned().unwrap();
    dup2_stdout(&pipe).unwrap();
    drop(pipe);
    // Half a line waits in the buffer, and every child gets a copy of the buffer.
    stdout.write_all(b"half a line").unwrap();
    let counted = count_together(2, 2);
    stdout.flush().unwrap();
    dup2_stdout(usual).unwrap();

    let mut text = String::new();
    printed.read_to_string(&mut text).unwrap();
    assert_eq!(text, "half a line", "the caller printed this once, before the first fork");
    assert_eq!(counted, Ok(4), "two children add 1 twice");
}

#[grade::test(hint = "whose status does your wait collect, if the caller has other children?")]
fn other_children_are_left_to_the_caller() {
    // SAFETY: a graded test has one thread, and the child ends at once.
    let other = match unsafe { fork() }.unwrap() {
        // SAFETY: `_exit` takes any code and does not return.
        ForkResult::Child => unsafe { libc::_exit(9) },
        ForkResult::Parent { child } => child,
    };
    // It has ended, and is still to be waited for.
    waitid(Id::Pid(other), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).unwrap();
    assert_eq!(count_together(2, 2), Ok(4), "while the caller has another child");
    assert_eq!(
        waitpid(other, None),
        Ok(WaitStatus::Exited(other, 9)),
        "the other child of the caller, which exited with code 9"
    );
}

#[grade::test(
    hint = "what does `fork` return where there is no room for one more process, and what becomes of the\n\
            children that are there already?"
)]
fn a_child_that_cannot_be_born_is_an_error() {
    // Two are born, and the third is not.
    forks::end_after(2);
    assert_eq!(
        count_together(4, 5),
        Err(Errno::EAGAIN),
        "the system has room for two of four children"
    );
    assert_eq!(
        waitpid(None, Some(WaitPidFlag::WNOHANG)),
        Err(Errno::ECHILD),
        "`count_together` has failed, and left a child that nobody waited for"
    );
    assert_eq!(count_together(0, 5), Ok(0), "this needs no child");
    assert_eq!(count_together(2, 5), Err(Errno::EAGAIN), "the system has no room for a child");
}
