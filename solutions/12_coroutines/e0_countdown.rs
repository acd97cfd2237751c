//! One variant for each place where it can be, and in it the locals that live on there.
//!
//! The tempting mistake is to keep in the state what comes next. Keep what was at the pause, and let `resume`
//! do what stands after it; then a pause in any place of any function is the same work.

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
        let number = match *self {
            Countdown::Start { from } => from,
            Countdown::Paused { number } => number - 1,
            Countdown::Done => return Step::AlreadyDone,
        };
        if number > 0 {
            *self = Countdown::Paused { number };
            Step::Yielded(number)
        } else {
            *self = Countdown::Done;
            Step::Returned("lift-off")
        }
    }
}
