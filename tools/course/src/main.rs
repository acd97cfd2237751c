//! `cargo course`: solve the exercises of the book, one after the other.

fn main() {}
