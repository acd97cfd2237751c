//! Supplied: what a unit can do, and whether its creator can see it.

/// What runs code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A thread of its creator's process.
    Thread,
    /// A process that its creator forks.
    Process,
}

/// What a unit does, a row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Writes to a `static`.
    StaticWrite,
    /// Writes to memory that the creator has allocated.
    HeapWrite,
    /// Writes to a `thread_local!`.
    ThreadLocalWrite,
    /// Closes a descriptor of the creator's.
    ClosedFd,
    /// Moves the position in a file that the creator has opened.
    MovedFileOffset,
    /// Changes the working directory.
    ChangedCwd,
    /// Blocks a signal, or unblocks one.
    ChangedSignalMask,
    /// Maps new memory.
    NewMapping,
    /// Reports its process ID. The creator sees an effect if it is not its own.
    ChangedPid,
    /// Reports its thread ID, as gettid(2) tells it. The creator sees an effect if it is not its own.
    ChangedTid,
}

impl Effect {
    /// All of them, in the order of the table.
    pub const ALL: [Effect; 10] = [
        Effect::StaticWrite,
        Effect::HeapWrite,
        Effect::ThreadLocalWrite,
        Effect::ClosedFd,
        Effect::MovedFileOffset,
        Effect::ChangedCwd,
        Effect::ChangedSignalMask,
        Effect::NewMapping,
        Effect::ChangedPid,
        Effect::ChangedTid,
    ];
}

/// A place for experiments. Of each, first comes `prepare`, then `act`, `visible` and `restore`.
pub trait World: Sync {
    /// The creator makes what the effect needs.
    fn prepare(&self, effect: Effect);
    /// The unit has the effect.
    fn act(&self, effect: Effect);
    /// The creator looks whether it sees the effect. It does not, if nobody has acted.
    fn visible(&self, effect: Effect) -> bool;
    /// The creator puts everything back, whether anybody has acted and looked or not.
    fn restore(&self, effect: Effect);
}
