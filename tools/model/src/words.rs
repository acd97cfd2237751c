//! The steps of an interleaving, in words.

use std::fmt::Write;
use std::sync::atomic::Ordering;

use crate::history::{Act, Atomic, Step};
use crate::source;

/// How many steps are shown at most, the last ones.
const SHOWN: usize = 40;

/// The steps, a line each, indented.
pub(crate) fn table(steps: &[Step]) -> String {
    let mut rows: Vec<(usize, String, String)> = Vec::new();
    for step in steps {
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
    let name = |atomic: Atomic| name(atomic, steps);
    match &step.act {
        Act::Load { atomic, order, value } => {
            format!("{}: load({order:?}) reads {value}", name(*atomic))
        }
        Act::Store { atomic, order, value } => {
            format!("{}: store({value}, {order:?})", name(*atomic))
        }
        Act::Update { atomic, name: update, order, read, wrote } => {
            let wrote = match wrote {
                Some(wrote) => format!("writes {wrote}"),
                None => "writes nothing".to_owned(),
            };
            format!("{}: {update}({order:?}) reads {read}, {wrote}", name(*atomic))
        }
        Act::Fence { order } => format!("fence({order:?})"),
        Act::Use { .. } => "uses the data in the UnsafeCell".to_owned(),
        Act::Free { atomic } => format!("frees the {} made here", name(*atomic)),
        Act::FutexWait { expected } => format!("futex_wait, while the word is {expected}"),
        Act::FutexWaited { how } => format!("futex_wait: {how}"),
        Act::FutexWake { woken } => format!("futex_wake wakes {woken}"),
        Act::Expire { woken } => format!("the time is out for {woken}"),
        Act::Yield => "waits, and lets others run".to_owned(),
        Act::Spawn { thread } => format!("starts thread {thread}"),
        Act::Join { thread } => format!("waits for the end of thread {thread}"),
        Act::Joined { thread } => format!("thread {thread} has ended"),
        Act::End => "ends".to_owned(),
    }
}

/// The type of an atomic, with its number where there are several.
fn name(atomic: Atomic, steps: &[Step]) -> String {
    let is_other = |step: &Step| atomic_of(&step.act).is_some_and(|other| other != atomic);
    if steps.iter().any(is_other) {
        format!("{} #{}", atomic.kind, atomic.number)
    } else {
        atomic.kind.to_owned()
    }
}

/// The atomic that a step is about.
pub(crate) fn atomic_of(act: &Act) -> Option<Atomic> {
    match act {
        Act::Load { atomic, .. } | Act::Store { atomic, .. } => Some(*atomic),
        Act::Update { atomic, .. } | Act::Free { atomic } => Some(*atomic),
        _ => None,
    }
}

/// The value that a step reads of an atomic, and with which ordering.
pub(crate) fn read(act: &Act) -> Option<(Atomic, &str, Ordering)> {
    match act {
        Act::Load { atomic, order, value } => Some((*atomic, value, *order)),
        Act::Update { atomic, order, read, .. } => Some((*atomic, read, *order)),
        _ => None,
    }
}

/// The value that a step writes to an atomic, and with which ordering.
pub(crate) fn write(act: &Act) -> Option<(Atomic, &str, Ordering)> {
    match act {
        Act::Store { atomic, order, value } => Some((*atomic, value, *order)),
        Act::Update { atomic, order, wrote: Some(wrote), .. } => Some((*atomic, wrote, *order)),
        _ => None,
    }
}
