//! Compares traces to those that are recorded in `golden/`.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use gil::timeline::{Timeline, What};

/// Compares a trace to the one that is recorded as `name`; `what` says how it came about.
///
/// It does not call what the learner writes in a later step.
pub fn compare(name: &str, trace: &Timeline, what: &str) {
    let mut text =
        format!("{{\"end_us\":{},\"threads\":{:?},\"events\":[\n", trace.end_us, trace.names);
    for (i, event) in trace.events.iter().enumerate() {
        let comma = if i + 1 < trace.events.len() { "," } else { "" };
        writeln!(text, "[{},{},\"{}\"]{comma}", event.at_us, event.thread, name_of(event.what))
            .expect("a string takes all that is written to it");
    }
    text.push_str("]}\n");
    same_lines(&format!("{name}.json"), &text, what);
}

/// Compares lines to those of a file in `golden/`.
pub fn lines(file: &str, text: &str) {
    same_lines(file, text, "the settings of the page");
}

/// Without what stands between the values, so that everybody may break lines as they like.
pub fn without_whitespace(json: &str) -> String {
    let (mut kept, mut inside, mut escaped) = (String::new(), false, false);
    for char in json.chars() {
        if inside || !char.is_whitespace() {
            kept.push(char);
        }
        if char == '"' && !escaped {
            inside = !inside;
        }
        escaped = inside && char == '\\' && !escaped;
    }
    kept
}

fn same_lines(file: &str, text: &str, what: &str) {
    let path = folder().join(file);
    if cfg!(feature = "solution") && env::var_os("SNAPSHOTS").is_some_and(|how| how == "overwrite")
    {
        fs::write(&path, text).expect("the folder of the recorded traces can be written to");
    }
    let recorded = fs::read_to_string(&path).expect("there is a recorded trace");
    let (mut found, mut expected) = (text.lines(), recorded.lines());
    for line in 1.. {
        match (found.next(), expected.next()) {
            (None, None) => return,
            (found, expected) => assert_eq!(
                found, expected,
                "{what}: here is what comes, and what must come, in line {line} of tests/golden/{file}\n\
                 (an event is [time in us, number of the thread, what happens])"
            ),
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn name_of(what: What) -> &'static str {
    match what {
        What::Run => "run",
        What::Wait => "wait",
        What::Retake => "retake",
        What::Failed => "failed",
        What::Ask => "ask",
        What::StartIo => "start_io",
        What::EndIo => "end_io",
        What::Done => "done",
    }
}
