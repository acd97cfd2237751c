//! The timeline on the page of chapter 15 is the simulator of exercise 15.4 in JavaScript: here is what keeps
//! the two from drifting apart, and the script from growing.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;
use std::{env, fs};

use rules::project::{note, strict};
use rules::snapshot::{Order, compare};
use rules::{Finding, assert_none, process, project};
use serde_json::Value;

/// Where the traces of the Rust simulator are.
const GOLDEN: &str = "exercises/15_gil/tests/golden";
const SCRIPT: &str = "book/figures/gil_timeline.js";
/// What a reader's browser loads for it, at most: script, style and picture, each compressed.
const BYTES: u64 = 6 * 1024;
/// Longer than it takes, also on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// What `timeline.js` prints, or that there is no node to run it.
static SAID: LazyLock<Option<Value>> = LazyLock::new(|| {
    Command::new("node").arg("--version").output().ok()?;
    let mut node = Command::new("node");
    node.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/timeline.js")).arg(root());
    let ended = process::run(node, LIMIT).expect("node runs a script to its end");
    assert!(ended.status.success(), "tools/rules/tests/timeline.js fails\n{}", ended.printed);
    Some(serde_json::from_str(&ended.printed).expect("the script prints JSON"))
});

#[test]
fn the_script_and_the_rust_simulator_make_the_same_traces() {
    let Some(said) = said("the traces of the timeline") else { return };
    let traces = said["files"].as_object().expect("traces by the names of their files");
    let golden = project().files.iter().filter_map(|file| file.strip_prefix(GOLDEN));
    let golden: BTreeSet<&str> = golden.map(|file| file.trim_start_matches('/')).collect();
    let recorded = golden.iter().copied().filter(|name| name.ends_with(".json"));
    let known: BTreeSet<&str> = traces.keys().map(String::as_str).collect();
    assert_eq!(recorded.collect::<BTreeSet<_>>(), known, "traces in {GOLDEN} and in timeline.js");
    assert!(known.len() >= 6, "there are traces to compare: {known:?}");

    assert_none(traces.iter().filter_map(|(name, trace)| {
        let file = format!("{GOLDEN}/{name}");
        let golden: Value = serde_json::from_str(&project().read(&file)).expect("a trace is JSON");
        let [end, events] = [&golden["end_us"], &golden["events"]];
        let mine = trace[1].as_array().expect("a list of events");
        let theirs = events.as_array().expect("a list of events");
        let same = mine.iter().zip(theirs).take_while(|(mine, theirs)| mine == theirs).count();
        let equal = mine.len() == theirs.len() && same == mine.len() && trace[0] == *end;
        (!equal).then(|| {
            let [mine, theirs] = [mine, theirs].map(|events| events.get(same));
            let reason = format!("event {same} of {name} is {mine:?}, in Rust {theirs:?}");
            Finding::new(SCRIPT, reason, "the rules are in exercises/15_gil/src/timeline.rs")
        })
    }));
    let settings = said["settings"].as_str().expect("lines of text");
    let golden = project().read(&format!("{GOLDEN}/figure.txt"));
    assert_none(settings.lines().zip(golden.lines()).filter(|(mine, rust)| mine != rust).map(
        |(mine, rust)| {
            let reason = format!("it makes \"{mine}\", the simulator in Rust \"{rust}\"");
            Finding::new(SCRIPT, reason, "the rules are in exercises/15_gil/src/timeline.rs")
        },
    ));
    assert_eq!(settings.lines().count(), golden.lines().count(), "settings that are compared");
}

#[test]
fn the_picture_without_a_script_is_the_one_of_the_script() {
    let Some(said) = said("the picture of the timeline") else { return };
    let page = said["page"].as_str().expect("HTML");
    assert_none(compare(root(), "book/figures/gil_timeline.part", page, Order::Fixed).err());
}

#[test]
fn the_task_is_fulfilled_by_one_setting_of_the_lock() {
    let Some(said) = said("the task of the timeline") else { return };
    let tasks: Vec<_> =
        said["tasks"].as_array().expect("a list").iter().map(Value::as_str).collect();
    let expected = ["0 0 1 2 2", "0 1 1 1 1 1 2", "0 1 1 2"].map(Some);
    assert_eq!(tasks, expected, "how far the task is after each setting in timeline.js");
}

#[test]
fn the_timeline_is_small() {
    let Some(said) = said("the size of the timeline") else { return };
    let bytes = said["bytes"].as_u64().expect("a number");
    assert!(bytes <= BYTES, "the timeline has {bytes} bytes, compressed, of {BYTES} at most");
}

#[test]
fn the_picture_has_its_sentence_and_the_script_its_labels() {
    let [page, script, style] =
        ["part", "js", "css"].map(|ext| read(&format!("book/figures/gil_timeline.{ext}")));
    let has = |text: &str, what: &str| assert!(text.contains(what), "{what:?} is missing");
    for what in ["<p>2 threads on 2 cores", "<figcaption>", "role=\"img\"", "<title id="] {
        has(&page, what);
    }
    for what in ["<label for=", "aria-live=\"polite\"", "stopPropagation", "aria-valuetext"] {
        has(&script, what);
    }
    has(&style, "@media print");
}

fn said(what: &str) -> Option<&'static Value> {
    if SAID.is_none() {
        assert!(!strict(), "node is not installed; {what} cannot be checked without it");
        note(&format!("skipped, for node is not installed: {what}"));
    }
    SAID.as_ref()
}

fn root() -> &'static Path {
    &project().catalog.root
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}
