//! Compares traces to those that are recorded in `golden/`.

use std::path::{Path, PathBuf};
use std::str::Chars;
use std::{env, fs};

use gil::timeline::{Timeline, What};

/// Compares a trace to the one that is recorded as `name`; `what` says how it came about.
///
/// The events come first, for a wrong one makes for a wrong end. It does not call what the learner writes in a later
/// step.
pub fn compare(name: &str, trace: &Timeline, what: &str) {
    let file = format!("{name}.json");
    let head = format!("{{\"end_us\":{},\"threads\":{:?},\"events\":[", trace.end_us, trace.names);
    let found: Vec<String> = trace
        .events
        .iter()
        .map(|e| format!("[{},{},\"{}\"]", e.at_us, e.thread, name_of(e.what)))
        .collect();
    let recorded = recorded(&file, &format!("{head}\n{}\n]}}\n", found.join(",\n")));
    let mut expected = recorded.lines();
    let first = expected.next();
    let expected: Vec<&str> =
        expected.filter(|l| l.starts_with('[')).map(|l| l.trim_end_matches(',')).collect();
    let same = found.iter().zip(&expected).take_while(|(a, b)| a == b).count();
    let at = |events: Option<&str>| events.unwrap_or("no event").to_owned();
    assert!(
        same == found.len() && same == expected.len(),
        "{what}: event {same} must be {}, and is {}\n\
         (an event is [time in us, number of the thread, what happens]; this one is in line {} of tests/golden/{file})",
        at(expected.get(same).copied()),
        at(found.get(same).map(String::as_str)),
        same + 2
    );
    assert_eq!(
        Some(head.as_str()),
        first,
        "{what}: all events are right, the end or the names are not"
    );
}

/// Compares lines that sum up what the settings of the page do to those of a file in `golden/`.
pub fn lines(file: &str, text: &str) {
    let recorded = recorded(file, text);
    let (mut found, mut expected) = (text.lines(), recorded.lines());
    for line in 1.. {
        match (found.next(), expected.next()) {
            (None, None) => return,
            (found, expected) => assert_eq!(
                found, expected,
                "a setting of the page: here is what comes, and what must come, in line {line} of tests/golden/{file}\n\
                 (the moment of the last event, the number of events, and a hash of all of them; \
                 the figure on the page draws this setting)"
            ),
        }
    }
}

/// JSON without what stands between its values, and with each character written in one way, so that everybody may
/// break lines, and write `\n` or `\u000A`, as they like.
pub fn normal(json: &str) -> String {
    let (mut kept, mut inside) = (String::new(), false);
    let mut chars = json.chars();
    while let Some(char) = chars.next() {
        match char {
            '"' => inside = !inside,
            _ if !inside && char.is_whitespace() => continue,
            '\\' if inside => {
                kept.push_str(&escape(&mut chars));
                continue;
            }
            _ => {}
        }
        kept.push(char);
    }
    kept
}

/// The one way to write what comes after a backslash; what is no escape stays as it is.
fn escape(chars: &mut Chars) -> String {
    let code = match chars.next() {
        Some('n') => 0x0a,
        Some('t') => 0x09,
        Some('r') => 0x0d,
        Some('b') => 0x08,
        Some('f') => 0x0c,
        Some('u') => {
            let digits: String = chars.by_ref().take(4).collect();
            match u32::from_str_radix(&digits, 16) {
                Ok(code) if digits.len() == 4 => code,
                _ => return format!("\\u{digits}"),
            }
        }
        Some(char) => return format!("\\{char}"),
        None => return "\\".to_owned(),
    };
    match char::from_u32(code) {
        Some(char) if char >= ' ' && char != '"' && char != '\\' => char.to_string(),
        Some(char @ ('"' | '\\')) => format!("\\{char}"),
        _ => format!("\\u{code:04x}"),
    }
}

/// What is recorded in a file of `golden/`; where that is asked for, `text` is recorded first.
fn recorded(file: &str, text: &str) -> String {
    let path = folder().join(file);
    if cfg!(feature = "solution") && env::var_os("SNAPSHOTS").is_some_and(|how| how == "overwrite")
    {
        fs::write(&path, text).expect("the folder of the recorded traces can be written to");
    }
    fs::read_to_string(&path).expect("there is a recorded trace")
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
