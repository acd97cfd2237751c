//! Starts the program that renders and serves the book; it is built on its first use.

use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::catalog::Catalog;
use crate::cli::BookAction;
use crate::stop::Stop;
use crate::{terminal, words};

/// Starts `tools/book`, which `stop` ends.
///
/// # Errors
///
/// Fails where Cargo cannot be started.
pub fn start(catalog: &Catalog, action: BookAction, stop: &Stop) -> Result<Child> {
    if !catalog.target.join("debug/book").exists() {
        print!("{}", words::wrapped(words::book_is_built(), terminal::width()));
    }
    let arguments: &[&str] = match action {
        BookAction::Open => &["serve", "--open"],
        BookAction::Serve => &["serve"],
        BookAction::Build => &["build"],
    };
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["run", "--package", "book", "--"])
        .args(arguments)
        .current_dir(&catalog.root)
        .stdin(Stdio::null());
    stop.spawn(&mut cargo).context("cannot start cargo")
}

/// A book that is served while something else goes on; it ends with the value.
#[derive(Debug)]
pub struct Served {
    program: Child,
    stop: Stop,
}

impl Served {
    /// Serves the book and opens it in a browser.
    ///
    /// # Errors
    ///
    /// As [`start`].
    pub fn open(catalog: &Catalog) -> Result<Served> {
        let stop = Stop::default();
        Ok(Served { program: start(catalog, BookAction::Open, &stop)?, stop })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.stop();
        // It has been killed, so there is nothing left to fail.
        let _ = self.program.wait();
    }
}
