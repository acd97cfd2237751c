//! What the labs share.

pub mod touched;
