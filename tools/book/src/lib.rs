//! Renders, checks and serves the book.

pub mod check;
pub mod preprocess;
pub mod problem;
pub mod render;
pub mod serve;
mod warnings;
