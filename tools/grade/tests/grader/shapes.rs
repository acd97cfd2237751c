//! Tests of every shape are graded, and run where libtest runs them.

use std::process::Command;

use crate::support::{SUBMISSIONS, verdict, verdict_of, verdicts_of};

#[test]
fn a_test_in_a_nested_module_is_found() {
    insta::assert_snapshot!(verdict("shapes::inner::innermost::fails").to_string(), @r#"
    panic: panicked at tools/grade/tests/submissions/shapes.rs:7:13:
    found
    "#);
}

#[test]
fn an_ignored_test_is_shown_and_does_not_run() {
    let mut command = Command::new(&*SUBMISSIONS);
    let (output, judged) = verdicts_of(command.args(["shapes::is_ignored", "--exact"]));
    assert!(output.status.success());
    assert!(judged.is_empty());
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("test shapes::is_ignored ... ignored, takes too long"), "{printed}");
}

#[test]
fn an_ignored_test_runs_where_it_is_asked_for() {
    for option in ["--ignored", "--include-ignored"] {
        let mut command = Command::new(&*SUBMISSIONS);
        let judged = verdict_of(command.arg(option), "shapes::is_ignored");
        insta::allow_duplicates! {
            insta::assert_snapshot!(judged.to_string(), @r#"
            panic: panicked at tools/grade/tests/submissions/shapes.rs:15:5:
            run all the same
            "#);
        }
    }
}

verdicts! {
    elsewhere::panic_on_a_thread_that_nobody_joins => @r#"
    panic: the thread `worker` panicked at tools/grade/tests/submissions/elsewhere.rs:10:34:
    nobody joins me
    "#
    elsewhere::panic_in_a_forked_child => @r#"
    escaped: a forked child ran on into the test, where it panicked at tools/grade/tests/submissions/elsewhere.rs:22:30:
    in a child
    After fork, the child must end by _exit, or by a signal, and never return.
    "#
}
