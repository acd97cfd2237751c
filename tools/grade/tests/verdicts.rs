//! Each submission gets the verdict it deserves, in words that help, and leaves nothing behind.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::{env, fs};

/// The test binary of the submissions, built once.
static SUBMISSIONS: LazyLock<PathBuf> = LazyLock::new(|| {
    let output = Command::new(env!("CARGO"))
        .args(["test", "--package", "grade", "--test", "submissions", "--no-run"])
        .args(["--message-format=json-render-diagnostics"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo starts");
    let messages = String::from_utf8_lossy(&output.stdout);
    let executable = messages
        .lines()
        .filter_map(|line| line.split_once("\"executable\":\"")?.1.split_once('"'))
        .map(|(path, _)| PathBuf::from(path))
        .next_back();
    executable.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)))
});

/// What the grader said of one submission.
struct Judged {
    /// What libtest printed.
    output: Output,
    /// The line in the report.
    report: String,
}

fn run(name: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Judged {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report");
    let output = Command::new(&*SUBMISSIONS)
        .args([name, "--exact"])
        .args(arguments)
        .env("GRADE_REPORT", &report)
        .env("RUST_BACKTRACE", "0")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    Judged { output, report: fs::read_to_string(report).unwrap_or_default() }
}

/// The kind and the message of a submission, as its report has them.
fn verdict(name: &str) -> String {
    let judged = run(name, &[], &[]);
    let line = judged.report.strip_suffix('\n').expect("one line of report");
    let fields: Vec<&str> = line.split('\t').collect();
    let [told, kind, _milliseconds, message] = fields[..] else { panic!("{line:?}") };
    assert_eq!(told, name);
    assert_eq!(judged.output.status.success(), kind == "pass", "{line}");
    let message = message.replace(r"\n", "\n").replace(r"\\", "\\");
    without_pids(&format!("{kind}: {message}"))
}

/// Replaces what follows `PID ` by a letter, since it differs from run to run.
fn without_pids(text: &str) -> String {
    let mut parts = text.split("PID ");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        clean += "PID _";
        clean += part.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    clean
}

#[test]
fn right_answers_pass() {
    for name in [
        "nothing",
        "prints",
        "ok",
        "expected_panic",
        "panic_on_a_joined_thread_that_is_allowed",
        "has_one_thread",
        "leftover_that_is_allowed",
        "is_interrupted_by_a_storm",
    ] {
        assert_eq!(verdict(&format!("passes::{name}")), "pass: ", "{name}");
    }
}

macro_rules! verdicts {
    ($($module:ident :: $name:ident => @$expected:literal)*) => {
        mod rejected {
            $(
                #[test]
                fn $name() {
                    let name = concat!(stringify!($module), "::", stringify!($name));
                    insta::assert_snapshot!(super::verdict(name), @$expected);
                }
            )*
        }
    };
}

verdicts! {
    ends::assertion => @""
    ends::todo => @""
    ends::error => @""
    ends::no_panic => @""
    ends::wrong_panic => @""
    ends::exit_for_a_panic => @""
    ends::panic_on_another_thread => @""
    ends::exit_0 => @""
    ends::immediate_exit_0 => @""
    ends::abort => @""
    ends::segfault => @""
    ends::full_stack => @""
    ends::memory_hog => @""
    ends::flood => @""
    ends::terminates_its_group => @""
    ends::kills_its_supervisor => @""
    ends::forges_a_verdict => @""
    ends::forked_child_returns => @""
    ends::forked_child_returns_and_nobody_waits => @""
    ends::forked_child_fails_an_assertion => @""
    hangs::endless_loop => @""
    hangs::double_lock => @""
    hangs::blocked_read => @""
    hangs::blocked_write => @""
    hangs::blocked_wait => @""
    hangs::lost_join => @""
    hangs::stopped => @""
    leaves::orphan => @""
    leaves::orphan_without_output => @""
    leaves::daemon => @""
    leaves::fork_bomb => @""
}
