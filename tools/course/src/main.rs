//! `cargo course`: solve the exercises of the book, one after the other.

use std::process::ExitCode;

use clap::Parser;
use course::{cli::Cli, commands};

fn main() -> ExitCode {
    commands::run(Cli::parse().command).unwrap_or_else(|error| {
        // On one line, causes included, unless Cargo says more. An error returned from `main` would
        // come with a backtrace wherever RUST_BACKTRACE is set.
        eprintln!("error: {}", format!("{error:#}").trim_end());
        ExitCode::from(2)
    })
}
