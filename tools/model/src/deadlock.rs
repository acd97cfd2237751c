//! Who waits for whom at the end of an interleaving that cannot go on.

use std::fmt::Write;

use crate::source;
use crate::step::{Act, Step};

/// The deadlock in words.
pub(crate) fn text(steps: &[Step]) -> String {
    let mut text =
        "deadlock: every thread waits, and nobody is left who could wake one.\n".to_owned();
    let threads = steps.iter().map(|step| step.thread).max().unwrap_or(0);
    for thread in 0..=threads {
        let Some(last) = steps.iter().rev().find(|step| step.thread == thread) else { continue };
        let waits = match &last.act {
            Act::FutexWait(_) => "sleeps in futex_wait".to_owned(),
            Act::Wait => "waits for a notification".to_owned(),
            Act::Lock(_) => "waits for a Mutex".to_owned(),
            Act::Join(thread) => format!("waits for the end of thread {thread}"),
            Act::End => continue,
            _ => "waits".to_owned(),
        };
        let place = source::place(last.place);
        let _ = writeln!(text, "  thread {thread} {waits} at {place}");
    }
    text
}
