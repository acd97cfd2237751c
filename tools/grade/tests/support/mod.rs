//! Builds, lists and runs the submissions, for the tests and for the table of hostile rows.

pub mod build;
pub mod judged;
mod names;
mod user;

pub use judged::{Judged, verdict, verdict_of};
pub use names::names;
pub use user::User;
