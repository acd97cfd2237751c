//! The program around a lab: flags, banner, output, exit status.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser;

use crate::busy::Clocks;
use crate::lab::{Lab, SEED};
use crate::machine::Machine;
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

/// What a lab is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To look at the table, and to compare the samples with the book's.
    Show,
    /// To check the claims in a few rounds.
    Check,
    /// To write files that the pages include.
    Record,
}

/// Runs the lab `CHAPTER/LAB` with the flags of the command line.
///
/// The exit status is 0, or 1 where a claim does not hold, or 2 where the lab cannot run.
pub fn run(name: &'static str, body: impl FnOnce(&mut Lab) -> Result<()>) -> ExitCode {
    let purpose = match Flags::parse() {
        Flags { record: true, .. } => Purpose::Record,
        Flags { quick: true, .. } => Purpose::Check,
        _ => Purpose::Show,
    };
    // The package lies two folders below the project.
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let project = project.unwrap_or(Path::new("."));
    let _ = writeln!(io::stderr(), "measuring {name} ...");
    let ended = conduct(name, purpose, project, body);
    // A reader that has left, as in `... | head`, is no error of the lab.
    let _ = io::stdout().write_all(ended.report.as_bytes());
    if let Some(error) = ended.error {
        let _ = writeln!(io::stderr(), "error: {name}: {error}");
    }
    ExitCode::from(ended.status)
}

/// How a lab ended.
struct Ended {
    status: u8,
    report: String,
    error: Option<String>,
}

fn conduct(
    name: &'static str,
    purpose: Purpose,
    project: &Path,
    body: impl FnOnce(&mut Lab) -> Result<()>,
) -> Ended {
    let mut report = String::new();
    let (status, error) = match try_run(name, purpose, project, body, &mut report) {
        Ok(0) => (0, None),
        Ok(broken) => (
            1,
            Some(format!(
                "{broken} of its claims broke, so nothing is recorded; run it again without \
                 flags for more rounds, and if it stays so, mend what the page says"
            )),
        ),
        Err(error) => (2, Some(format!("{error:#}"))),
    };
    Ended { status, report, error }
}

/// Runs the lab and returns how many claims broke.
fn try_run(
    name: &'static str,
    purpose: Purpose,
    project: &Path,
    body: impl FnOnce(&mut Lab) -> Result<()>,
    report: &mut String,
) -> Result<usize> {
    if cfg!(debug_assertions) && !cfg!(test) && purpose == Purpose::Record {
        bail!("a debug build is not what users run; add --release to record");
    }
    let files = match purpose {
        Purpose::Record => Some(Files::open(&project.join("book/results"), name)?),
        Purpose::Show => Some(Files::open(&project.join("target/labs"), name)?),
        Purpose::Check => None,
    };
    let machine = Machine::read();
    let before = Clocks::read();
    let mut lab = Lab::new(purpose);
    body(&mut lab)?;
    let busy = Clocks::read().since(&before);

    let banner = if busy.is_warning() { "*** " } else { "" };
    let sentence = busy.sentence();
    let _ =
        writeln!(report, "{name} on {}\n{banner}{sentence}\n\n{}", machine.line(), lab.tables());
    for (claim, holds) in &lab.claims {
        let _ = writeln!(report, "{} {claim}", if *holds { "holds: " } else { "BROKEN:" });
    }
    if lab.claims.is_empty() {
        let _ = writeln!(report, "this lab claims no order, so there is nothing to check");
    }
    let broken = lab.claims.iter().filter(|(_, holds)| !holds).count();
    if purpose == Purpose::Check {
        let _ = writeln!(
            report,
            "\nfew rounds, so nothing is saved; run it without --quick for your record"
        );
    }
    if let (Some(files), 0) = (files, broken) {
        lab.fact("machine", machine.line());
        lab.fact("busy", sentence);
        let (claims, samples) = (&lab.claims, lab.all_samples());
        let panels = &lab.panels;
        let record =
            Record { lab: name, machine: &machine, busy, seed: SEED, claims, panels, samples };
        if purpose == Purpose::Record {
            for file in files.write(&record, &lab.facts, &lab.page_table)? {
                let _ = writeln!(report, "recorded {}", file.display());
            }
        } else {
            let file = files.write_samples(&record)?;
            let file = file.display();
            let _ = writeln!(
                report,
                "\n{file} has all samples: drop it on the book's page \"Your machine\""
            );
        }
    }
    Ok(broken)
}

#[cfg(test)]
mod tests;
