//! Turn a function that pauses into a value that knows where it has paused.

/// What a `resume` has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It has paused, and hands out a number.
    Yielded(u32),
    /// It has returned.
    Returned(&'static str),
    /// It had returned before.
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
    /// It is paused in the loop.
    Paused { number: u32 },
    /// It has returned.
    Done,
}

impl Countdown {
    /// Runs on to the next pause, or to the end.
    pub fn resume(&mut self) -> Step {
        // TODO: one arm for each state.
        todo!("go on from {self:?}")
    }
}
