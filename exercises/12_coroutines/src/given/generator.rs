//! What a generator of exercise 12.3 tells its caller, and what its body is told.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

/// What a call of a generator comes to.
pub type Answer<Out, Ret> = Result<GenState<Out, Ret>, GenError>;

/// How far the body has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GenState<Out, Ret> {
    /// It is paused, and has handed out a value.
    Yielded(Out),
    /// It has returned. In Python this is `StopIteration`, with the value.
    Returned(Ret),
}

/// What a paused body meets instead of a value, and what a body ends with that does not return.
#[derive(Debug)]
pub enum Interrupt {
    /// An error: that of `throw`, or one of the body's own.
    Throw(Box<dyn Error>),
    /// The wish that it cleans up and ends: `GeneratorExit` in Python.
    Close,
}

/// Why a call of a generator has failed.
#[derive(Debug)]
pub enum GenError {
    /// A value was sent, and the body has not begun: it waits nowhere. In Python `TypeError`.
    NotStarted,
    /// The body runs, and it is the one that has called. In Python `ValueError`.
    Running,
    /// The body has ended before. In Python `StopIteration`, without a value.
    Exhausted,
    /// The body was to end, and has handed out a value instead. In Python `RuntimeError`.
    IgnoredExit,
    /// The body has ended with this, or was ended by it before it began.
    Raised(Interrupt),
}

impl Display for Interrupt {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Interrupt::Throw(error) => write!(f, "{error}"),
            Interrupt::Close => f.write_str("the generator is to end"),
        }
    }
}

impl Display for GenError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            GenError::NotStarted => f.write_str("a value was sent to a generator before its begin"),
            GenError::Running => f.write_str("the generator runs already"),
            GenError::Exhausted => f.write_str("the generator has ended"),
            GenError::IgnoredExit => f.write_str("the generator was to end, and has yielded"),
            GenError::Raised(interrupt) => write!(f, "{interrupt}"),
        }
    }
}

impl Error for GenError {}
