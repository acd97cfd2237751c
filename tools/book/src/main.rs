//! Renders and serves the book.
fn main() {}
