//! Output and files without measure are bounded, and so is the memory of the grader.

use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::sys::resource::{Resource, setrlimit};

use crate::support::{SUBMISSIONS, verdict_of};

/// The address space of each process, in bytes: half of what the submission prints.
const MEMORY: u64 = 512 << 20;

#[test]
fn a_gigabyte_of_output_does_not_fill_the_memory() {
    let mut command = Command::new(&*SUBMISSIONS);
    // SAFETY: the closure makes one system call.
    unsafe {
        command.pre_exec(|| Ok(setrlimit(Resource::RLIMIT_AS, MEMORY, MEMORY)?));
    }
    let judged = verdict_of(&mut command, "extremes::prints_a_gigabyte");
    insta::assert_snapshot!(judged.to_string(), @r#"
    panic: panicked at tools/grade/tests/submissions/extremes.rs:14:5:
    a gigabyte is printed
    "#);
    // 8 KiB of either end are kept.
    let left_out = (1 << 30) - (16 << 10);
    assert!(judged.output.contains(&format!("[... {left_out} bytes left out ...]")));
}

verdicts! {
    extremes::writes_a_huge_file => @"signal: the process of the test was ended by SIGXFSZ (a file grew past the limit)"
}
