//! What does it take to make one and to see its end: a call, a coroutine, a task, a thread, a process?
//!
//! Each is given a number, says which one follows, and ends, before the next one is made. What many of them
//! share, such as an executor or a pool, is there before.

#[cfg(target_arch = "x86_64")]
#[path = "../../../../solutions/12_coroutines/e2_context_switch.rs"]
#[expect(dead_code, reason = "nobody pauses here")]
mod e2_context_switch;
#[path = "../../../../solutions/13_async_runtime/e3_executor.rs"]
#[expect(dead_code, reason = "nobody aborts here")]
mod e3_executor;
#[cfg(target_arch = "x86_64")]
mod fiber;
#[cfg(target_arch = "x86_64")]
#[path = "../../by_reference/given.rs"]
mod given;
mod inside;
mod kernel;
mod report;
#[path = "../../../../exercises/13_async_runtime/src/sync.rs"]
#[expect(unused_imports, reason = "the executor needs less than there is")]
mod sync;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use labkit::{Cost, Lab, Variant};
use labs::{programs, python};

/// What is made.
struct Kind<'a> {
    /// The name of the variant.
    name: &'static str,
    /// What the page calls it.
    says: &'static str,
    /// How many are made in one turn: so many that it takes 50 µs or more.
    count: u32,
    turn: Variant<'a>,
}

fn main() -> ExitCode {
    labkit::run("labs/creation_price", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let rounds = if lab.is_quick() { 5 } else { 101 };
    let program = programs::find("true")?;
    let python = python::executable();
    if python.is_none() {
        eprintln!("without Python: `python3` does not start");
    }
    let kinds = kinds(&program, python.as_deref());
    let made =
        kinds.iter().map(|&Kind { name, says, count, .. }| report::Made { name, says, count });
    let made: Vec<report::Made> = made.collect();
    lab.measure(rounds, kinds.into_iter().map(|kind| (kind.name.to_owned(), kind.turn)).collect())?;
    report::report(lab, &made);
    Ok(())
}

/// From the cheapest to the dearest, as far as that is known before.
fn kinds<'a>(program: &'a Path, python: Option<&'a Path>) -> Vec<Kind<'a>> {
    let mut kinds = vec![
        kind("call", "a call", 50_000, inside::calls),
        kind("job", "a job of rayon", 2_000, inside::jobs),
        kind("coroutine_again", "a coroutine, on a used stack", 2_000, inside::coroutines_again),
        kind("tokio", "a task of tokio", 1_000, inside::tokio_tasks),
        kind("executor", "a task of 13.3", 500, inside::tasks),
        kind("coroutine", "a coroutine, on a new stack", 50, inside::coroutines),
    ];
    #[cfg(target_arch = "x86_64")]
    kinds.push(kind("fiber", "a fiber of 12.2, on a new stack", 50, fiber::fibers));
    kinds.extend([
        kind("thread", "a thread", 20, kernel::threads),
        kind("fork", "a process, by fork", 10, kernel::forks),
        kind("command", "a process that runs true", 3, |count| kernel::runs(program, &[], count)),
    ]);
    kinds.extend(python.map(|python| {
        let nothing = &["-c", "pass"];
        kind("python", "a process that runs Python", 1, |count| {
            kernel::runs(python, nothing, count)
        })
    }));
    kinds
}

fn kind<'a>(
    name: &'static str,
    says: &'static str,
    count: u32,
    turn: impl Fn(u32) -> Result<Cost> + 'a,
) -> Kind<'a> {
    Kind { name, says, count, turn: Box::new(move || turn(count)) }
}

/// What each of them does.
#[inline(never)]
fn successor(number: u32) -> u32 {
    number + 1
}

/// Measures `count` of them, one after the other; `one` says whether the answer to its number was right.
fn one_by_one(count: u32, mut one: impl FnMut(u32) -> Result<bool>) -> Result<Cost> {
    timed(|| {
        for number in 0..count {
            ensure!(one(number)?, "the answer to {number} is wrong");
        }
        Ok(())
    })
}

fn timed(work: impl FnOnce() -> Result<()>) -> Result<Cost> {
    Ok(Cost::of(work)?.1)
}
