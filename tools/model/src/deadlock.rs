//! Who waits for whom, where an interleaving cannot go on or has no end.

use std::fmt::Write;

use crate::source;
use crate::step::{Act, Step};

/// The deadlock in words.
pub(crate) fn text(steps: &[Step]) -> String {
    let first = "deadlock: every thread waits, and nobody is left who could wake one.\n";
    first.to_owned() + &waiting(steps, Some("waits"))
}

/// Who sleeps while another thread goes round and round; nothing where nobody does.
pub(crate) fn sleepers(steps: &[Step]) -> String {
    let lines = waiting(steps, None);
    if lines.is_empty() { lines } else { format!("\nMeanwhile:\n{lines}") }
}

/// A line for each thread that waits at its last step. `otherwise` is the word for a thread whose
/// last step is no wait.
fn waiting(steps: &[Step], otherwise: Option<&str>) -> String {
    let mut text = String::new();
    let threads = steps.iter().map(|step| step.thread).max().unwrap_or(0);
    for thread in 0..=threads {
        let Some(last) = steps.iter().rev().find(|step| step.thread == thread) else { continue };
        let waits = match (&last.act, otherwise) {
            (Act::FutexWait(_), _) => "sleeps in futex_wait".to_owned(),
            (Act::Wait, _) => "waits for a notification".to_owned(),
            (Act::Park, _) => "is parked".to_owned(),
            (Act::Lock(_), _) => "waits for a Mutex".to_owned(),
            (Act::Join(thread), _) => format!("waits for the end of thread {thread}"),
            (Act::End, _) | (_, None) => continue,
            (_, Some(word)) => word.to_owned(),
        };
        let place = source::place(last.place);
        let _ = writeln!(text, "  thread {thread} {waits} at {place}");
    }
    text
}
