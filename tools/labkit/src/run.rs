//! The program around a lab: flags, banner, output, exit status.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser;

use crate::environment::{Clocks, Environment};
use crate::lab::Lab;
use crate::results::{Files, Record};

#[derive(Debug, Parser)]
#[command(about = "Measure, and check the claims of the book")]
struct Flags {
    /// Run a few rounds only, to check the claims
    #[arg(long)]
    quick: bool,
    /// Write samples, facts and table to book/results/
    #[arg(long, conflicts_with = "quick")]
    record: bool,
}

/// Runs the lab `CHAPTER/LAB` with the flags of the command line.
///
/// The exit status is 0, or 1 where a claim does not hold, or 2 where the lab cannot run.
pub fn run(name: &'static str, body: impl FnOnce(&mut Lab) -> Result<()>) -> ExitCode {
    let flags = Flags::parse();
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/results");
    match try_run(name, &flags, &results, body) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {name}: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn try_run(
    name: &'static str,
    flags: &Flags,
    results: &Path,
    body: impl FnOnce(&mut Lab) -> Result<()>,
) -> Result<bool> {
    if cfg!(debug_assertions) && flags.record {
        bail!("a debug build is not what users run; add --release to record");
    }
    let environment = Environment::read();
    let before = Clocks::read();
    let mut lab = Lab::new(name, flags.quick);
    body(&mut lab)?;
    let used = Clocks::read().since(&before);

    let (busy, sentence) = used.verdict();
    if busy {
        println!("*** {sentence}");
    }
    let table = lab.table();
    println!("{}\n\n{table}", environment.machine());
    for (claim, holds) in &lab.claims {
        println!("{} {claim}", if *holds { "holds: " } else { "BROKEN:" });
    }
    if flags.record {
        lab.fact("machine", environment.machine());
        lab.fact("busy", sentence);
        let samples_ns = lab.samples_ns();
        let claims = &lab.claims;
        let record = Record { lab: name, environment: &environment, used, claims, samples_ns };
        let page_table = lab.page_table.as_deref().unwrap_or(&table);
        Files::of(results, name).write(&record, &lab.facts, page_table)?;
    }
    Ok(lab.claims.iter().all(|(_, holds)| *holds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_claim_is_a_failure() {
        let flags = Flags { quick: true, record: false };
        let results = Path::new("not written");
        let body = |lab: &mut Lab| {
            lab.claim("pigs fly", false);
            Ok(())
        };
        assert!(!try_run("02_x/y", &flags, results, body).unwrap());
    }

    #[test]
    fn a_variant_that_fails_is_named() {
        let flags = Flags { quick: true, record: false };
        let body = |lab: &mut Lab| {
            lab.measure(1, vec![("fork".into(), Box::new(|| bail!("the child exited with 1")))])
        };
        let error = try_run("02_x/y", &flags, Path::new("not written"), body).unwrap_err();
        let error = format!("{error:#}");
        assert_eq!(error, "the variant `fork` does not do its work: the child exited with 1");
    }
}
