//! The command line, and nothing else.

use std::num::NonZero;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::cage::Contained;
use crate::commands::select::Selection;
use crate::verify::command::Only;

/// Solve the exercises of the book, one after the other.
///
/// Without a command: goes to the next unsolved exercise and checks it again on every save.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo course", version)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the exercises and which are solved
    List {
        #[command(flatten)]
        selection: Selection,
        /// As JSON, for other programs
        #[arg(long)]
        json: bool,
    },
    /// Show what you have done, and what is left
    Report {
        #[command(flatten)]
        selection: Selection,
        /// As JSON, for other programs
        #[arg(long)]
        json: bool,
    },
    /// Check an exercise or a chapter once: by default, the next unsolved exercise
    Check(Check),
    /// Show the next unsolved exercise
    Next,
    /// Show a hint, one more each time: by default, for the next unsolved exercise
    Hint {
        exercise: Option<String>,
        /// Show all the hints at once
        #[arg(long)]
        all: bool,
    },
    /// Show the reference of an exercise that is solved
    Solution {
        exercise: String,
        /// Show it although the exercise is not solved
        #[arg(long)]
        show: bool,
    },
    /// Put the file of an exercise back as it was shipped, and keep a dated copy of yours
    Reset { exercise: String },
    /// Read the book in a browser
    Book {
        #[arg(value_enum, default_value_t = BookAction::Open)]
        action: BookAction,
    },
    /// Measure what the book has numbers for; without a name, list the labs
    Lab(Lab),
    /// For teachers: write a clean copy of the project for a class
    Export(Export),
    /// For teachers: grade submissions against the tests of this project
    Grade(Grade),
    /// Runs a command contained: what `grade` starts
    #[command(hide = true)]
    Contained(Contained),
    /// For authors: check that the exercises themselves are right
    Verify {
        /// Which exercises or chapters; all, if none is named
        exercises: Vec<String>,
        /// Leave out all checks but these
        #[arg(long)]
        only: Option<Only>,
        /// How often each check is repeated
        #[arg(long, default_value_t = 1, value_name = "N")]
        repeat: u32,
        /// Keep the processors busy meanwhile
        #[arg(long)]
        load: bool,
        /// As JSON, for other programs
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Default, clap::Args)]
pub struct Check {
    /// An exercise, such as 2.1, run_child or lifecycle/e1_run_child; or a chapter, such as 2,
    /// lifecycle or 02_lifecycle
    #[arg(value_name = "ID|CHAPTER")]
    pub which: Option<String>,
    /// Check every exercise
    #[arg(long, conflicts_with = "which")]
    pub all: bool,
    /// Tell other programs, as JSON, what came of it
    #[arg(long)]
    pub json: bool,
    /// Write what came of it to FILE in the form of JUnit, too
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

#[derive(Debug, Default, clap::Args)]
pub struct Lab {
    /// One of them, such as thread_price
    pub name: Option<String>,
    /// All of them, one after the other
    #[arg(long, conflicts_with = "name")]
    pub all: bool,
    /// Run a few rounds only, to check what the book claims
    #[arg(long)]
    pub quick: bool,
    /// Write what is measured to book/results, from where the pages take it
    #[arg(long, conflicts_with = "quick")]
    pub record: bool,
}

#[derive(Debug, Default, clap::Args)]
pub struct Export {
    /// Where to: a folder that is not there yet; by default, beside the project
    pub folder: Option<PathBuf>,
    /// Leave out the references, the known mistakes, and the last hint of each exercise
    #[arg(long)]
    pub without_solutions: bool,
}

#[derive(Debug, clap::Args)]
pub struct Grade {
    /// The submissions: copies of the project with a learner's files
    #[arg(value_name = "DIR", required = true)]
    pub submissions: Vec<PathBuf>,
    /// Grade this exercise or chapter only; may be said several times
    #[arg(long, value_name = "ID|CHAPTER")]
    pub only: Vec<String>,
    /// How many submissions at once; by default, as many as there are processors
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZero<usize>>,
    /// The longest that a build, or the tests of an exercise, may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "300")]
    pub limit: NonZero<u64>,
    /// On a machine that may be lost: do without namespaces, which not every system has
    #[arg(long)]
    pub uncontained: bool,
    /// Tell other programs, as JSON, what came of it
    #[arg(long)]
    pub json: bool,
    /// Write what came of it to FILE in the form of JUnit, too
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum BookAction {
    /// Serve it and open it in a browser
    Open,
    /// Serve it on this machine only
    Serve,
    /// Render it to target/book
    Build,
}
