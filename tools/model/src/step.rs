//! One step of one thread in an interleaving.

use std::panic::Location;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A place in the code under test, or in the test.
pub(crate) type Place = &'static Location<'static>;

/// What one thread does at one place.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// The number of the thread: 0 is the one that runs the model's closure.
    pub(crate) thread: usize,
    pub(crate) place: Place,
    pub(crate) act: Act,
}

/// What a thread does in a step.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Load(Atomic, Ordering, String),
    Store(Atomic, Ordering, String),
    Update(Atomic, Update),
    /// An atomic is freed.
    Free(Atomic),
    Fence(Ordering),
    /// The data with this number are used: those in an `UnsafeCell`, or a `Watched`.
    Use(usize, Use),
    /// A wait begins, if the word has this value.
    FutexWait(u32),
    /// A wait ends in this way.
    FutexWaited(&'static str),
    /// So many wake up.
    FutexWake(usize),
    /// A mutex is asked for, taken, not taken, and freed.
    Lock(usize),
    Locked(usize),
    NotLocked(usize),
    Unlock(usize),
    /// A wait for a notification begins, and ends in this way.
    Wait,
    Waited(&'static str),
    /// So many wake up.
    Notify(usize),
    /// A thread parks, goes on in this way, and unparks the one with this number.
    Park,
    Parked(&'static str),
    Unpark(usize),
    /// The clock moves, and the time is out for so many.
    Advance(Duration, usize),
    Yield,
    /// A thread is started, waited for, and found to have ended.
    Spawn(usize),
    Join(usize),
    Joined(usize),
    End,
}

/// An atomic variable of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Atomic {
    pub(crate) number: usize,
    pub(crate) kind: &'static str,
}

/// A read-modify-write operation.
#[derive(Debug, Clone)]
pub(crate) struct Update {
    pub(crate) name: &'static str,
    pub(crate) order: Ordering,
    pub(crate) read: String,
    /// Nothing where a comparison failed.
    pub(crate) wrote: Option<String>,
}

/// How data are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// In any way; it counts as a write.
    Get,
    Read,
    Change,
    Drop,
    /// The byte at this place of some bytes.
    ReadAt(usize),
    WriteAt(usize),
}

impl Use {
    /// Whether it goes with another one that says yes.
    pub(crate) fn only_reads(self) -> bool {
        matches!(self, Use::Read | Use::ReadAt(_))
    }
}

impl Step {
    /// The atomic that the step is about.
    pub(crate) fn atomic(&self) -> Option<Atomic> {
        match self.act {
            Act::Load(atomic, ..)
            | Act::Store(atomic, ..)
            | Act::Update(atomic, _)
            | Act::Free(atomic) => Some(atomic),
            _ => None,
        }
    }

    /// The value that the step reads of an atomic, and with which ordering.
    pub(crate) fn read(&self) -> Option<(Atomic, &str, Ordering)> {
        match &self.act {
            Act::Load(atomic, order, value) => Some((*atomic, value, *order)),
            Act::Update(atomic, update) => Some((*atomic, &update.read, update.order)),
            _ => None,
        }
    }

    /// The value that the step writes to an atomic, and with which ordering.
    pub(crate) fn write(&self) -> Option<(Atomic, &str, Ordering)> {
        match &self.act {
            Act::Store(atomic, order, value) => Some((*atomic, value, *order)),
            Act::Update(atomic, update) => {
                update.wrote.as_deref().map(|wrote| (*atomic, wrote, update.order))
            }
            _ => None,
        }
    }
}
