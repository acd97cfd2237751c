//! The steps of an interleaving, in words.

use std::fmt::Write;
use std::time::Duration;

use crate::source;
use crate::step::{Act, Atomic, Step, Update, Use};

/// How many steps are shown at most, the last ones.
const SHOWN: usize = 40;

const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The steps, a line each, indented.
pub(crate) fn table(steps: &[Step]) -> String {
    let mut rows: Vec<(usize, String, String)> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        // A mutex that is free is locked at once.
        let mut later = steps[at + 1..].iter().filter(|other| other.thread == step.thread);
        if matches!(step.act, Act::Lock(_)) && later.next().is_some() {
            continue;
        }
        let row = (step.thread, source::place(step.place), act(step, steps));
        // A thread that goes round and round is told of once.
        if !matches!(step.act, Act::Yield) || rows.last() != Some(&row) {
            rows.push(row);
        }
    }
    let hidden = rows.len().saturating_sub(SHOWN);
    let rows = &rows[hidden..];
    let width = rows.iter().map(|(_, place, _)| place.len()).max().unwrap_or(0);
    let mut text = String::new();
    if hidden > 0 {
        let _ = writeln!(text, "  ({hidden} steps before)");
    }
    for (thread, place, act) in rows {
        let _ = writeln!(text, "  thread {thread}  {place:width$}  {act}");
    }
    text
}

fn act(step: &Step, steps: &[Step]) -> String {
    let name = |atomic: &Atomic| name(*atomic, steps);
    match &step.act {
        Act::Load(atomic, order, value) => {
            format!("{}: load({order:?}) reads {value}", name(atomic))
        }
        Act::Store(atomic, order, value) => format!("{}: store({value}, {order:?})", name(atomic)),
        Act::Update(atomic, update) => {
            let wrote = match &update.wrote {
                Some(wrote) => format!("writes {wrote}"),
                None => "writes nothing".to_owned(),
            };
            let Update { name: called, order, read, .. } = update;
            format!("{}: {called}({order:?}) reads {read}, {wrote}", name(atomic))
        }
        Act::Free(atomic) => format!("frees the {} made here", name(atomic)),
        Act::Fence(order) => format!("fence({order:?})"),
        Act::Use(_, Use::Get) => "uses the data in the UnsafeCell".to_owned(),
        Act::Use(_, Use::Read) => "reads the value".to_owned(),
        Act::Use(_, Use::Change) => "changes the value".to_owned(),
        Act::Use(_, Use::Drop) => "drops the value made here".to_owned(),
        Act::Use(_, Use::ReadAt(place)) => format!("reads byte {place}"),
        Act::Use(_, Use::WriteAt(place)) => format!("writes byte {place}"),
        Act::FutexWait(expected) => format!("futex_wait, while the word is {expected}"),
        Act::FutexWaited(how) => format!("futex_wait: {how}"),
        Act::FutexWake(woken) => format!("futex_wake wakes {woken}"),
        Act::Lock(mutex) => format!("waits for {}", mutex_name(*mutex, steps)),
        Act::Locked(mutex) => format!("locks {}", mutex_name(*mutex, steps)),
        Act::NotLocked(mutex) => format!("finds {} locked", mutex_name(*mutex, steps)),
        Act::Unlock(mutex) => format!("unlocks {}, locked here", mutex_name(*mutex, steps)),
        Act::Wait => "waits for a notification".to_owned(),
        Act::Waited(how) => format!("waits no more: {how}"),
        Act::Notify(woken) => format!("notifies: {woken} wake up"),
        Act::Park => "parks".to_owned(),
        Act::Parked(how) => format!("park: {how}"),
        Act::Unpark(thread) => format!("unparks thread {thread}"),
        Act::Advance(by, ended) => later(*by, *ended),
        Act::Yield => "waits, and lets others run".to_owned(),
        Act::Spawn(thread) => format!("starts thread {thread}"),
        Act::Join(thread) => format!("waits for the end of thread {thread}"),
        Act::Joined(thread) => format!("thread {thread} has ended"),
        Act::End => "ends".to_owned(),
    }
}

/// What the clock of the model does to those who wait.
fn later(by: Duration, ended: usize) -> String {
    // The tests reach the end of all patience by a time that nobody would read.
    let by = if by > CENTURY { "ages".to_owned() } else { format!("{by:?}") };
    match ended {
        0 => format!("{by} later: no wait is over"),
        1 => format!("{by} later: the time of one wait is out"),
        _ => format!("{by} later: the time of {ended} waits is out"),
    }
}

/// The type of an atomic, with its number where there are several.
fn name(atomic: Atomic, steps: &[Step]) -> String {
    if steps.iter().filter_map(Step::atomic).any(|other| other != atomic) {
        format!("{} #{}", atomic.kind, atomic.number)
    } else {
        atomic.kind.to_owned()
    }
}

/// A mutex, with its number where there are several.
fn mutex_name(mutex: usize, steps: &[Step]) -> String {
    let is_other = |step: &Step| matches!(step.act, Act::Locked(other) | Act::NotLocked(other) if other != mutex);
    if steps.iter().any(is_other) { format!("Mutex #{mutex}") } else { "the Mutex".to_owned() }
}
