//! Weakens each memory ordering of the references in turn, and runs the tests: one of them must
//! object, or the weaker ordering stands on a list with a proof that it is still right.

mod listed;
mod run;
mod weaken;

pub use run::{Outcome, run};
pub use weaken::{Weaker, weaker};
