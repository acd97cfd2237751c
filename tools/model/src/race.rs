//! Two uses of the same data that nothing orders, and why nothing does.

use std::fmt::{self, Display, Formatter};
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Release, SeqCst};

use crate::source;
use crate::step::{Act, Step};

/// A data race.
pub(crate) struct Race<'a> {
    earlier: &'a Step,
    later: &'a Step,
    /// Where the later thread read what the earlier one had written after its use: the only place
    /// where the two could have been ordered.
    meeting: Option<(&'a Step, &'a Step)>,
}

impl<'a> Race<'a> {
    /// Finds the two uses: the last step is one, and loom's message names the thread of the other.
    pub(crate) fn find(message: &str, steps: &'a [Step]) -> Option<Race<'a>> {
        let (later, before) = steps.split_last()?;
        let Act::Use(cell, how) = later.act else { return None };
        let named = message.split("thread #").skip(1).filter_map(|rest| {
            rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<usize>().ok()
        });
        let other = named.into_iter().find(|&thread| thread != later.thread)?;
        // Two reads do not race.
        let races = |step: &Step| match step.act {
            Act::Use(used, before) => used == cell && !(before.only_reads() && how.only_reads()),
            _ => false,
        };
        let at = before.iter().rposition(|step| step.thread == other && races(step))?;
        let meeting = meeting(&before[at..], other, later.thread);
        Some(Race { earlier: &before[at], later, meeting })
    }
}

/// The last read of `reader` that a write of `writer` was the source of, and that write.
fn meeting(steps: &[Step], writer: usize, reader: usize) -> Option<(&Step, &Step)> {
    for (at, step) in steps.iter().enumerate().rev() {
        let Some((atomic, value, _)) = step.read() else { continue };
        if step.thread != reader {
            continue;
        }
        let wrote = |step: &&Step| {
            let written = step.write();
            step.thread == writer
                && written.is_some_and(|(other, written, _)| other == atomic && written == value)
        };
        if let Some(source) = steps[..at].iter().rev().find(wrote) {
            return Some((source, step));
        }
    }
    None
}

impl Display for Race<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "data race: two threads use the same data, and nothing orders the two uses.")?;
        for step in [self.earlier, self.later] {
            let line = source::line(step.place).unwrap_or_default();
            writeln!(f, "  thread {}  {}  {line}", step.thread, source::place(step.place))?;
        }
        let (earlier, later) = (self.earlier.thread, self.later.thread);
        let Some((write, read)) = self.meeting else {
            return write!(
                f,
                "Before its use, thread {later} has read nothing that thread {earlier} wrote after its \
                 own."
            );
        };
        let wrote = write.write().map(|(_, _, order)| order);
        let read_with = read.read();
        let (Some(wrote), Some((_, value, read_with))) = (wrote, read_with) else { return Ok(()) };
        let (at_write, at_read) = (source::place(write.place), source::place(read.place));
        if releases(wrote) && acquires(read_with) {
            // Then the load has not read this value, but an equal one from before.
            return write!(
                f,
                "Thread {later} reads an old {value} at {at_read}, not the {value} that thread \
                 {earlier} writes at {at_write}: a load may return an old value, as long as nothing \
                 orders it after a newer one; a step that stores as well, such as fetch_add, never does."
            );
        }
        writeln!(
            f,
            "Thread {later} reads at {at_read}, with {read_with:?}, what thread {earlier} wrote at \
             {at_write}, with {wrote:?}."
        )?;
        if !releases(wrote) {
            writeln!(f, "A {wrote:?} write publishes nothing of what its thread did before.")?;
        }
        if !acquires(read_with) {
            writeln!(f, "Read with {read_with:?}, it does not order what its thread does after.")?;
        }
        Ok(())
    }
}

fn releases(order: Ordering) -> bool {
    matches!(order, Release | AcqRel | SeqCst)
}

fn acquires(order: Ordering) -> bool {
    matches!(order, Acquire | AcqRel | SeqCst)
}
