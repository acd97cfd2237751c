//! One trial of an exercise: build its tests, run them, and read what the grader reports.
//!
//! Cargo only builds. The test binary is started from here, so that a time limit never includes
//! compiling. What the tests print decides nothing: a learner can print `test result: ok`.

mod build;
mod messages;
mod patience;
mod run;

use std::process::{Child, Command};

use anyhow::Result;

pub use build::{Batch, Build, Built, Request, build, build_all};
pub use messages::CompileError;
pub use run::{Runner, Trial, run};

use crate::stop::Stop;

fn start(command: &mut Command, stop: Option<&Stop>) -> Result<Child> {
    match stop {
        Some(stop) => stop.spawn(command),
        None => Ok(command.spawn()?),
    }
}
