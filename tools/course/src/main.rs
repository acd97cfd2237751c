//! `cargo course`: solve the exercises of the book, one after the other.

use std::process::ExitCode;

use clap::Parser;
use course::{cli::Cli, commands};

fn main() -> ExitCode {
    commands::run(Cli::parse().command).unwrap_or_else(|error| {
        // On one line, causes included. An error returned from `main` would come with a backtrace
        // wherever RUST_BACKTRACE is set.
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}
