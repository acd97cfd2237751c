//! What does it cost to hand a turn to another one, and to get it back: to a coroutine, a task, a thread, a
//! process?
//!
//! All make the same round trip, on one core. Those that the kernel knows, and tokio with two threads, make it
//! on two cores, too.

mod crossings;
#[cfg(target_arch = "x86_64")]
#[path = "../../../../solutions/12_coroutines/e2_context_switch.rs"]
mod e2_context_switch;
#[path = "../../../../solutions/13_async_runtime/e3_executor.rs"]
#[expect(dead_code, reason = "nobody aborts here")]
mod e3_executor;
#[cfg(target_arch = "x86_64")]
#[path = "../../by_reference/fibers.rs"]
mod fibers;
#[cfg(target_arch = "x86_64")]
#[path = "../../by_reference/given.rs"]
mod given;
mod pairs;
mod report;
#[path = "../../../../exercises/13_async_runtime/src/sync.rs"]
#[expect(unused_imports, reason = "the executor needs less than there is")]
mod sync;
#[path = "../../by_reference/tasks.rs"]
mod tasks;

use std::process::ExitCode;

use anyhow::{Result, bail};
use labkit::{Lab, Variant};
use labs::cores;

use pairs::TwoCores;

fn main() -> ExitCode {
    labkit::run("labs/handover_price", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let rounds = if lab.is_quick() { 5 } else { 101 };
    let two = two_cores(lab)?;
    if cfg!(not(target_arch = "x86_64")) {
        skip(lab, "the fibers of 12.2", "this is no x86-64")?;
    }
    let turns = pairs::turns(two, lab.is_quick());
    let mut variants: Vec<(String, Variant<'_>)> = Vec::new();
    for turn in &turns {
        variants.push((turn.variant.clone(), Box::new(|| turn.run())));
    }
    lab.measure(rounds, variants)?;
    report::report(lab, &turns)
}

fn two_cores(lab: &Lab) -> Result<TwoCores> {
    let two = cores::two()?;
    if two.is_none() {
        skip(lab, "the hand-over from core to core", "there is one core")?;
    }
    Ok(two)
}

/// Says what is left out, and why; a record must be whole.
fn skip(lab: &Lab, what: &str, why: &str) -> Result<()> {
    if lab.is_recorded() {
        bail!("the pages tell of {what} too, and {why}; record on another machine");
    }
    eprintln!("skipped, for {why}: {what}");
    Ok(())
}
