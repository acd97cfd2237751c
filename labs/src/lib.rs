//! What the labs share.

pub mod cores;
pub mod messages;
pub mod touched;
