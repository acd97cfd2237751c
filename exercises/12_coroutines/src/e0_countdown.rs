//! Turn a function that pauses into a value that knows where it has paused.

/// What a `resume` has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It has paused, and hands out a number.
    Yielded(u32),
    /// It has returned.
    Returned(&'static str),
    /// It has returned to an earlier `resume`, and did nothing now.
    AlreadyDone,
}

/// This function, if a function could pause:
///
/// ```text
/// fn countdown(from: u32) -> &'static str {
///     let mut number = from;
///     while number > 0 {
///         pause(number);
///         number -= 1;
///     }
///     "lift-off"
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Countdown {
    /// It has not begun.
    Start { from: u32 },
    /// It is in `pause(number)`.
    Paused { number: u32 },
    /// It has returned.
    Done,
}

impl Countdown {
    /// Runs it on to its next pause, or to its end.
    pub fn resume(&mut self) -> Step {
        // TODO: where is it, what stands after that place, and where does it come to?
        todo!("go on from {self:?}")
    }
}
