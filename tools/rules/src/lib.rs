//! What the repository promises about itself; each promise is a test in `tests/`.
//!
//! A rule is a function that turns text into [`Finding`]s, so that it can be tried on a wrong text
//! beside its definition. The tests in `tests/` apply the rules to the repository.
//!
//! `SNAPSHOTS=overwrite cargo test -p rules` records what listings print and what stubs say first.
//! Where the environment variable `CI` is set the rules are strict: a third of the known mistakes are tried
//! on each day, another one on the next, and every exercise must be as it is shipped.

pub mod blocks;
pub mod enclosure;
pub mod examples;
pub mod exercise;
pub mod finding;
pub mod glossary;
pub mod graded;
pub mod listing;
pub mod manifest;
pub mod numbers;
pub mod orphans;
pub mod page;
pub mod places;
pub mod process;
pub mod project;
pub mod snapshot;
pub mod stub;
pub mod summary;
pub mod words;

pub use finding::{Finding, assert_none};
pub use project::{Project, project};
