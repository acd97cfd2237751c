//! Builds, lists and runs the submissions, for the tests and for the table of hostile rows.

mod build;
mod judged;
mod names;
mod user;

pub use build::SUBMISSIONS;
pub use judged::{Judged, verdict, verdict_of, verdicts_of};
pub use names::names;
pub use user::User;
