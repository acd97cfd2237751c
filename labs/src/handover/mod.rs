//! Round trips: a turn is handed to another one, and comes back.
//!
//! Threads and processes share the core of the caller, unless the other one is sent `elsewhere`, to a core of
//! its own.

pub mod ball;
pub mod coroutines;
pub mod futex;
pub mod pipes;
pub mod tasks;
pub mod times;
