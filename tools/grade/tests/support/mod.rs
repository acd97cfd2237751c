//! Builds, lists and runs the submissions, for the tests and for the table of hostile rows.

mod build;
mod run;

pub use build::SUBMISSIONS;
pub use run::{Site, said};
