//! Write three generators as state machines.

/// What a `resume` has come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step<Y, R> {
    /// It has paused, and hands out a value.
    Yielded(Y),
    /// It has returned.
    Returned(R),
    /// It had returned before.
    AlreadyDone,
}

/// Something that pauses, takes an input when it goes on, and returns in the end.
pub trait Generator<In> {
    /// What it hands out when it pauses.
    type Yield;
    /// What it hands out in the end.
    type Return;
    /// Runs on to the next pause, or to the end.
    fn resume(&mut self, input: In) -> Step<Self::Yield, Self::Return>;
}
