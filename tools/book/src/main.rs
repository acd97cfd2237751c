//! `book`: renders, checks and serves the book.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use book::preprocess::Course;
use clap::{Parser, Subcommand};
use course::catalog::Catalog;
use mdbook_preprocessor::{Preprocessor, parse_input};

/// Renders, checks and serves the book.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Render the book and check its includes, links and pictures.
    Build,
    /// Show the book to this machine's browser, and render it again whenever it changes.
    Serve {
        /// The port to serve it on [default: a free one, from 3000 on].
        #[arg(long)]
        port: Option<u16>,
        /// Open it in a browser.
        #[arg(long)]
        open: bool,
    },
    /// Fill in the exercises, for `mdbook build`.
    Preprocess {
        #[command(subcommand)]
        question: Option<Question>,
    },
}

#[derive(Subcommand)]
enum Question {
    /// Say with the exit status whether RENDERER can be given these pages.
    Supports { renderer: String },
}

fn main() -> ExitCode {
    match run(&Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Build => {
            let pages = book::render::render(&Catalog::load()?.root)?.publish()?;
            println!("the book is in {}", pages.display());
        }
        Command::Serve { port, open } => {
            book::serve::serve(&Catalog::load()?.root, *port, *open)?;
        }
        Command::Preprocess { question: None } => {
            let (context, book) = parse_input(io::stdin().lock())?;
            let book = Course.run(&context, book)?;
            serde_json::to_writer(io::stdout().lock(), &book).context("cannot hand the book on")?;
            io::stdout().flush()?;
        }
        Command::Preprocess { question: Some(Question::Supports { renderer }) } => {
            let known = Course.supports_renderer(renderer)?;
            return Ok(ExitCode::from(u8::from(!known)));
        }
    }
    Ok(ExitCode::SUCCESS)
}
