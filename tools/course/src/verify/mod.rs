//! Are the exercises themselves right? Each is run as shipped, as solved, and as known to be wrong.
//!
//! Nothing here touches the files of the learner: all of it happens in [`overlay`]s.

pub mod checks;
pub mod command;
#[cfg(test)]
pub(crate) mod fixture;
mod header;
mod judge;
pub mod load;
mod manifest;
pub mod mirror;
pub mod mistake;
pub mod overlay;
pub mod source;
