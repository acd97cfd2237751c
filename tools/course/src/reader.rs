//! Starts the program that renders and serves the book; it is built on its first use.

use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::catalog::Catalog;
use crate::cli::BookAction;

/// Starts `tools/book`.
///
/// # Errors
///
/// Fails where Cargo cannot be started.
pub fn start(catalog: &Catalog, action: BookAction) -> Result<Child> {
    if !catalog.target.join("debug/book").exists() {
        println!("Building the program that renders the book. This happens once.");
    }
    let arguments: &[&str] = match action {
        BookAction::Open => &["serve", "--open"],
        BookAction::Serve => &["serve"],
        BookAction::Build => &["build"],
    };
    Command::new(env!("CARGO"))
        .args(["run", "--package", "book", "--"])
        .args(arguments)
        .current_dir(&catalog.root)
        .stdin(Stdio::null())
        .spawn()
        .context("cannot start cargo")
}
