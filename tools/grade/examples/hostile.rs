//! Prints how the grader judges every hostile submission, and whether it always does so.

#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use course::verify::load::under_load;
use nix::unistd::Uid;

use support::{Judged, User, names, verdict, verdict_of};

/// Print verdict, time and reason of each hostile submission.
#[derive(Parser)]
#[command(bin_name = "cargo run -p grade --example hostile --")]
struct Options {
    /// Only submissions whose names hold this
    #[arg(default_value = "")]
    filter: String,
    /// How often each is run
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Keep the processors busy meanwhile
    #[arg(long)]
    load: bool,
    /// Run them as this user, such as 65534; for root only
    #[arg(long, value_name = "UID")]
    user: Option<u32>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    if options.user.is_some() && !Uid::effective().is_root() {
        eprintln!("error: only root can run the submissions as another user; leave out --user");
        return ExitCode::from(2);
    }
    let work = || table(&options);
    match if options.load { under_load(work) } else { work() } {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: the table cannot be printed: {error}");
            ExitCode::from(2)
        }
    }
}

/// Prints the table; returns whether every run of each submission gave the same.
fn table(options: &Options) -> io::Result<bool> {
    let mut names = names(&options.filter);
    names.retain(|name| !name.starts_with("passes::") && !name.starts_with("cost::"));
    if names.is_empty() {
        return Err(io::Error::other(format!("no submission is named `{}`", options.filter)));
    }
    let user = options.user.map(User::new);
    let judge = |name| match &user {
        Some(user) => verdict_of(&mut user.command(), name),
        None => verdict(name),
    };
    let width = names.iter().map(String::len).max().unwrap_or(0);

    let mut out = io::stdout();
    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    let mut same = 0;
    for name in &names {
        let runs: Vec<Judged> = (0..options.repeat).map(|_| judge(name)).collect();
        let first = &runs[0];
        let line = first.message.lines().take(2).map(str::trim).collect::<Vec<_>>().join(" / ");
        let seconds = median(&runs) as f64 / 1_000.0;
        writeln!(out, "{:width$}  {:9}  {seconds:6.3} s  {line}", first.name, first.kind)?;

        // What this system lacks; not the note of the standard library on backtraces.
        let notes = first.output.lines().filter(|line| line.starts_with("note: "));
        for note in notes.filter(|note| !note.contains("RUST_BACKTRACE")) {
            writeln!(out, "{note}")?;
        }
        let other = runs.iter().find(|run| run.to_string() != first.to_string());
        match other {
            Some(other) => writeln!(out, "one run said:\n{first}\nand another:\n{other}")?,
            None => same += 1,
        }
        *kinds.entry(first.kind.clone()).or_default() += 1;
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let (rows, runs) = (names.len(), options.repeat);
    writeln!(out, "\n{rows} submissions: {}", kinds.join(", "))?;
    writeln!(out, "the same in {runs} of {runs} runs: {same} of {rows}")?;
    Ok(same == rows)
}

/// The middle one of the times, in milliseconds.
fn median(runs: &[Judged]) -> u64 {
    let mut times: Vec<u64> = runs.iter().map(|run| run.ms).collect();
    times.sort_unstable();
    times[times.len() / 2]
}
