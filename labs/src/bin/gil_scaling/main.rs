//! What does a second thread gain, in Python, in the machine of chapter 15, and in Rust?
//!
//! One amount of work, done by one thread, by two, and by two processes: a loop of bytecode, computing outside of the
//! interpreter, and two kinds of waiting. The interpreter is started once, and measures each batch itself. Where
//! there is no `python3`, the machine and Rust do without it.

mod interpreter;
mod peer;
mod report;
mod toy;
mod work;

#[path = "../../../../solutions/15_gil/e2_interval_gil.rs"]
#[expect(dead_code, reason = "nothing here counts the turns")]
mod e2_interval_gil;
#[path = "../../../../exercises/15_gil/src/sync.rs"]
#[expect(unused_imports, reason = "the lock needs less than there is")]
mod sync;
#[path = "../../../../exercises/15_gil/src/vm/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the work needs less than the machine has")]
mod vm;

use std::process::ExitCode;

use anyhow::{Result, ensure};
use interpreter::Interpreter;
use labkit::{Cost, Lab, Variant};
use labs::python;
use peer::Peer;
use toy::{Lock, Toy};
use work::Kind;

/// Numbers that are counted down are reckoned by so many.
const NUMBERS: u32 = 100_000;

/// Who works with what: the variants' prefix, the words of the page, the workers.
const PYTHON: [(&str, &str, (&str, u32)); 3] = [
    ("python_1_thread", "Python, 1 thread", ("threads", 1)),
    ("python_2_threads", "Python, 2 threads", ("threads", 2)),
    ("python_2_processes", "Python, 2 processes", ("processes", 2)),
];
const RUST: [(&str, &str, u32); 2] =
    [("rust_1_thread", "Rust, 1 thread", 1), ("rust_2_threads", "Rust, 2 threads", 2)];
const MACHINE: [(&str, &str, u32, Lock); 5] = [
    ("machine_1_thread", "the machine, 1 thread", 1, Lock::GivenUp),
    ("machine_kept", "the machine, 2 threads: calls keep the lock", 2, Lock::Kept),
    ("machine_given_up", "the same: calls give it up", 2, Lock::GivenUp),
    ("machine_no_lock", "the same: no lock", 2, Lock::None),
    ("machine_own", "the same: a heap and a lock each", 2, Lock::Own),
];

/// How far each counts in a turn, since their speeds are so different.
const PYTHON_COUNTS: u32 = 20;
const RUST_COUNTS: u32 = 400;
const MACHINE_COUNTS: u32 = 4;

fn main() -> ExitCode {
    labkit::run("15_gil/gil_scaling", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let newest = python::all()?.into_iter().rfind(|one| one.has_gil && one.version >= (3, 6));
    if newest.is_none() {
        ensure!(
            !lab.is_recorded(),
            "the page shows a Python 3, and none is on PATH; put one there"
        );
        eprintln!("no python3 is on PATH: the machine and Rust do the work without it");
    }
    let interpreter = newest.as_ref().map(Interpreter::start).transpose()?;
    let peers = RUST.iter().map(|(.., threads)| Peer::new(*threads)).collect::<Result<Vec<_>>>()?;
    let toys = toys();
    let (rounds, part) = if lab.is_quick() { (3, 4) } else { (31, 1) };

    let mut variants: Vec<(String, Variant<'_>)> = Vec::new();
    for kind in Kind::ALL {
        for (who, _, workers) in PYTHON {
            let Some(interpreter) = &interpreter else { continue };
            let batch = move |amount| interpreter.batch(kind, workers, amount);
            variants.push(variant(who, kind, units(kind, PYTHON_COUNTS) / part, batch));
        }
        for ((who, ..), peer) in RUST.iter().zip(&peers) {
            let batch = move |amount| peer.batch(kind, amount);
            variants.push(variant(who, kind, units(kind, RUST_COUNTS) / part, batch));
        }
    }
    for (who, toy) in &toys {
        let units = units(toy.kind, MACHINE_COUNTS) / part;
        variants.push(variant(who, toy.kind, units, |amount| toy.batch(amount)));
    }
    lab.measure(rounds, variants)?;
    report::show(lab, newest.as_ref(), part);
    report::claim(lab, newest.is_some(), &toys);
    Ok(())
}

/// How much is done in a turn: hundred thousands of numbers, blocks, naps.
fn units(kind: Kind, counts: u32) -> u32 {
    match kind {
        Kind::Countdown => counts,
        Kind::Sha256 => 64,
        Kind::Sleep | Kind::Socket => 16,
    }
}

fn variant<'a>(
    who: &str,
    kind: Kind,
    units: u32,
    batch: impl Fn(u32) -> Result<(u64, Cost)> + 'a,
) -> (String, Variant<'a>) {
    let amount = if kind == Kind::Countdown { units * NUMBERS } else { units };
    let expected = kind.expected(amount);
    let turn = move || {
        let (sum, cost) = batch(amount)?;
        ensure!(sum == expected, "its results add up to {sum}, not to {expected}");
        Ok(cost)
    };
    (format!("{who}_{}", kind.name()), Box::new(turn))
}

/// The machine has no sockets.
fn toys() -> Vec<(&'static str, Toy)> {
    let kinds = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Socket);
    kinds
        .flat_map(|kind| {
            MACHINE.map(|(who, _, threads, lock)| (who, Toy::new(kind, threads, lock)))
        })
        .collect()
}
