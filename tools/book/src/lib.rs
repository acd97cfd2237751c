//! Renders, checks and serves the book.

pub mod check;
pub mod ledger;
pub mod preprocess;
pub mod problem;
pub mod render;
pub mod serve;
mod warnings;
