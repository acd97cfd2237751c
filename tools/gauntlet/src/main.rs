//! `cargo run -p gauntlet`: prints which test objects to each weakened ordering.

use std::env;
use std::process::ExitCode;

use anyhow::Result;
use course::catalog::Catalog;

fn main() -> ExitCode {
    match gauntlet() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// The arguments are names of exercises; all, if there are none.
fn gauntlet() -> Result<ExitCode> {
    let names: Vec<String> = env::args().skip(1).collect();
    let catalog = Catalog::load()?;
    let outcome =
        gauntlet::run(&catalog, |exercise| names.is_empty() || names.contains(&exercise.target))?;
    for line in &outcome.lines {
        println!("{line}");
    }
    println!("{}", outcome.summary());
    for problem in &outcome.problems {
        println!("- {problem}");
    }
    Ok(if outcome.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
