//! What the labs share.
//!
//! Files in `by_reference` are no part of it: they use references of exercises, which a copy for learners
//! does not have, so the labs that need one include it by its path.

pub mod cores;
pub mod handover;
pub mod messages;
pub mod processes;
pub mod programs;
pub mod python;
pub mod touched;
pub mod waiting;
pub mod wires;
