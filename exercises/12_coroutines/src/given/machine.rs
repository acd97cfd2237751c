//! What the state machines of exercise 12.1 have in common, and a tree to walk through.

/// What a `resume` has come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step<Y, R> {
    /// It has paused, and hands out a value.
    Yielded(Y),
    /// It has returned.
    Returned(R),
    /// It has returned to an earlier `resume`, and did nothing now.
    AlreadyDone,
}

/// Something that pauses, is given an input when it goes on, and returns.
pub trait Generator<In> {
    /// What it hands out when it pauses.
    type Yield;
    /// What it hands out at its end.
    type Return;

    /// Runs it on to its next pause, or to its end. `input` is the value of the `yield` in which it
    /// is paused. The first input is ignored: it is in no `yield` yet.
    fn resume(&mut self, input: In) -> Step<Self::Yield, Self::Return>;
}

/// A binary tree: all that is `left` comes before `key`, all that is `right` after it.
#[derive(Debug)]
pub struct Tree<K> {
    pub left: Option<Box<Tree<K>>>,
    pub key: K,
    pub right: Option<Box<Tree<K>>>,
}
