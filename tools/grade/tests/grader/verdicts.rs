//! Each submission gets the verdict it deserves, in words that help, and leaves nothing behind.

use crate::support::{names, verdict};

#[test]
fn right_answers_pass() {
    let right = names("passes::");
    assert!(!right.is_empty());
    for name in right {
        assert_eq!(verdict(&name).to_string(), "pass: ", "{name}");
    }
    for name in [
        "counted::nothing",
        "counted::all_is_given_back",
        "counted::removed_memory_may_stay_attached",
        "reaches::may_ask_whether_a_process_is_there",
        "reaches::may_ask_for_the_limits_of_a_process",
    ] {
        assert_eq!(verdict(name).to_string(), "pass: ", "{name}");
    }
}

verdicts! {
    ends::assertion => @r#"
    panic: panicked at tools/grade/tests/submissions/ends.rs:13:5:
    assertion `left == right` failed: the sum is wrong
      left: 4
     right: 5
    "#
    ends::todo => @r#"
    panic: panicked at tools/grade/tests/submissions/ends.rs:18:5:
    not yet implemented: add 2 and 2
    "#
    ends::error => @r#"panic: the test returned Err(Custom { kind: Other, error: "no such luck" })"#
    ends::no_panic => @"panic: the test must panic with `out of cheese` and did not"
    ends::wrong_panic => @r#"
    panic: the test must panic with `out of cheese`, but it panicked at tools/grade/tests/submissions/ends.rs:31:5:
    not yet implemented
    "#
    ends::exit_for_a_panic => @r#"
    exit: the process of the test ended early, with exit status 0: that is no pass.
    Does the code call exit or _exit in the process that called it?
    "#
    ends::panic_on_another_thread => @r#"
    panic: the thread `worker` panicked at tools/grade/tests/submissions/ends.rs:43:19:
    elsewhere
    "#
    ends::exit_0 => @r#"
    exit: the process of the test ended early, with exit status 0: that is no pass.
    Does the code call exit or _exit in the process that called it?
    "#
    ends::immediate_exit_0 => @r#"
    exit: the process of the test ended early, with exit status 0: that is no pass.
    Does the code call exit or _exit in the process that called it?
    "#
    ends::abort => @"signal: the process of the test was ended by SIGABRT (abort, a panic while panicking, a full stack, or no memory left)"
    ends::segfault => @"signal: the process of the test was ended by SIGSEGV (a bad memory access)"
    ends::full_stack => @"signal: the process of the test was ended by SIGABRT (abort, a panic while panicking, a full stack, or no memory left)"
    ends::memory_hog => @"signal: the process of the test was ended by SIGABRT (abort, a panic while panicking, a full stack, or no memory left)"
    ends::flood => @r#"
    panic: panicked at tools/grade/tests/submissions/ends.rs:106:5:
    the flood is over
    "#
    ends::forges_a_verdict => @r#"
    exit: the process of the test ended early, with exit status 0: that is no pass.
    Does the code call exit or _exit in the process that called it?
    "#
    ends::forked_child_returns => @r#"
    escaped: a forked child returned into the test
    After fork, the child must end by _exit, or by a signal, and never return.
    "#
    ends::forked_child_returns_and_nobody_waits => @r#"
    escaped: a forked child returned into the test
    After fork, the child must end by _exit, or by a signal, and never return.
    "#
    ends::forked_child_fails_an_assertion => @r#"
    escaped: a forked child ran on into the test, where it panicked at tools/grade/tests/submissions/ends.rs:139:9:
    assertion `left == right` failed
      left: 1
     right: 2
    After fork, the child must end by _exit, or by a signal, and never return.
    "#
    hangs::endless_loop => @r#"
    timeout: did not end in 0.5 s
    something still runs: a loop without end, or too much work?
      the test is running
    "#
    hangs::double_lock => @r#"
    timeout: did not end in 0.5 s
    nothing runs, and nothing will: a deadlock?
      the test waits for a lock, a condition or a thread (futex)
    "#
    hangs::blocked_read => @r#"
    timeout: did not end in 0.5 s
    nothing runs, and nothing will: a deadlock?
      the test reads from a pipe (descriptor 3); its writing end is open in the test, descriptor 4
    "#
    hangs::read_of_a_pipe_that_a_child_holds => @r#"
    timeout: did not end in 2 s
    nothing runs, and something sleeps:
      the test reads from a pipe (descriptor 3); its writing end is open in child 1 (`sleep`), descriptor 1
      child 1 (`sleep`) sleeps
    "#
    hangs::blocked_write => @r#"
    timeout: did not end in 0.5 s
    nothing runs, and nothing will: a deadlock?
      the test writes to a pipe (descriptor 4); its reading end is open in the test, descriptor 3
    "#
    hangs::blocked_wait => @r#"
    timeout: did not end in 2 s
    nothing runs, and something sleeps:
      the test waits for a child
      child 1 (`sleep`) sleeps
    "#
    hangs::lost_join => @r#"
    timeout: did not end in 0.5 s
    nothing runs, and nothing will: a deadlock?
      the test waits for a lock, a condition or a thread (futex)
      the test, thread 2 `sleeper`, waits for a lock, a condition or a thread (futex)
    "#
    hangs::live_sender => @r#"
    timeout: did not end in 0.5 s
    nothing runs, and nothing will: a deadlock?
      the test waits for a lock, a condition or a thread (futex)
    "#
    leaves::orphan => @r#"
    leftovers: left a process running: `sleep` (PID _)
    Wait for every child that the code starts.
    "#
    leaves::orphan_without_output => @r#"
    leftovers: left a process running: `sleep` (PID _)
    Wait for every child that the code starts.
    "#
    leaves::fork_bomb => @"limit: started more than 64 processes"
    leaves::exponential_fork_bomb => @"limit: started more than 64 processes"
    leaves::daemon => @r#"
    leftovers: left 2 processes running: a fork of the test (PID _), `sleep` (PID _)
    Wait for every child that the code starts.
    "#
    ends::panic_behind_a_silent_hook => @"panic: the panic hook was changed and not put back, so a panic on another thread would go unseen"
    ends::panic_of_the_test_behind_a_silent_hook => @r#"
    panic: panicked:
    here
    "#
    reaches::kills_everything => @r#"
    signal: the test wanted to send SIGKILL to every process of this user: -1 as a process ID means all of them (kill(2)).
    Is it the answer of a call that failed?
    "#
    reaches::kills_everything_in_a_child => @r#"
    signal: the test wanted to send SIGTERM to every process of this user: -1 as a process ID means all of them (kill(2)).
    Is it the answer of a call that failed?
    "#
    reaches::kills_its_supervisor => @r#"
    signal: the test wanted to send SIGKILL to its parent, which is the grader.
    Signal only what the code has started.
    "#
    reaches::stops_its_supervisor => @r#"
    signal: the test wanted to send SIGSTOP to its parent, which is the grader.
    Signal only what the code has started.
    "#
    reaches::terminates_the_test_binary => @r#"
    signal: the test wanted to send SIGTERM to a process that is no part of it.
    Signal only what the code has started.
    "#
    reaches::limits_its_supervisor => @r#"
    signal: the test wanted to control (prlimit64(2)) its parent, which is the grader.
    Signal only what the code has started.
    "#
    reaches::terminates_its_group => @"signal: the process of the test was ended by SIGTERM"
    reaches::stops_itself => @r#"
    timeout: did not end in 0.5 s
    nothing runs, and nothing will: a deadlock?
      the test is stopped by a signal
    "#
    counted::leaves_a_zombie => @r#"
    leftovers: the test has ended and left behind:
      a zombie (a fork of the test): nobody waited for it
    "#
    counted::leaves_descriptors => @r#"
    leftovers: the test has ended and left behind:
      descriptor 3, open: pipe
      descriptor 4, open: pipe
      descriptor 5, open: /dev/null
    "#
    counted::leaves_threads => @r#"
    leftovers: the test has ended and left behind:
      a thread `worker` that runs on
      a thread that runs on
    "#
    counted::leaves_shared_memory => @r#"
    leftovers: the test has ended and left behind:
      shared memory `/submission`
    "#
    counted::leaves_a_named_semaphore => @r#"
    leftovers: the test has ended and left behind:
      named semaphore `/submission`
    "#
    counted::leaves_a_message_queue => @r#"
    leftovers: the test has ended and left behind:
      message queue `/submission`
    "#
    counted::leaves_system_v_objects => @r#"
    leftovers: the test has ended and left behind:
      System V message queue
      System V semaphore set
      System V shared memory
    "#
    ends::todo_in_the_wanted_words => @r#"
    panic: the test must panic with `out of cheese`, but it panicked at tools/grade/tests/submissions/ends.rs:145:5:
    not yet implemented: say that the shop is out of cheese
    "#
    ends::real_time_signal => @"signal: the process of the test was ended by signal 34"
    leaves::orphan_with_half_a_character_in_its_name => @r#"
    leftovers: left a process running: `w-等待的子�` (PID _)
    Wait for every child that the code starts.
    "#
    reaches::lowers_the_priority_of_its_supervisor => @r#"
    signal: the test wanted to control (setpriority(2)) its parent, which is the grader.
    Signal only what the code has started.
    "#
    reaches::has_its_supervisor_told_of_input => @r#"
    signal: the test wanted to control (fcntl(2)) its parent, which is the grader.
    Signal only what the code has started.
    "#
    counted::leaves_a_child_that_ends_soon => @r#"
    leftovers: the test has ended and left behind:
      a child (`sleep`): nobody waited for it
    "#
    counted::leaves_standard_input_elsewhere => @r#"
    leftovers: the test has ended and left behind:
      descriptor 0, open: pipe
    "#
    counted::leaves_no_descriptor_to_count_with => @r#"
    leftovers: the test has ended and left behind:
      descriptor 3, open: /dev/null
      descriptor 4, open: /dev/null
      descriptor 5, open: /dev/null
      descriptor 7, open: /dev/null
      descriptor 8, open: /dev/null
      descriptor 9, open: /dev/null
      descriptor 10, open: /dev/null
      descriptor 11, open: /dev/null
      and 242 more
    "#
    counted::leaves_a_limit_that_hides_descriptors => @r#"
    leftovers: nobody can say what the test has left: /proc/sysvipc/shm can no longer be read.
    Has the test lowered a limit, or changed its root, and not put it back?
    "#
}
