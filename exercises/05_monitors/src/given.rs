//! Supplied: the errors of the bounded buffer.

/// Why an item was not put into the buffer, with the item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushError<T> {
    /// The buffer is closed.
    Closed(T),
    /// There is no room.
    Full(T),
    /// There was no room all the time.
    TimedOut(T),
}

/// Why there is no item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PopError {
    /// The buffer is closed and empty: none will come.
    Closed,
    /// There is no item.
    Empty,
    /// There was no item all the time.
    TimedOut,
}
