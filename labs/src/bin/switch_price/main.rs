//! What does it cost to leave one stack and to go on on another, by which way, and why?
//!
//! Each variant makes the same round trip: to the other side and back, which are two switches. The
//! fibers are those of exercise 12.2, with six switches that differ in one or two instructions.

#[cfg(target_arch = "x86_64")]
#[path = "../../../../solutions/12_coroutines/e2_context_switch.rs"]
mod e2_context_switch;
#[cfg(target_arch = "x86_64")]
#[path = "../../by_reference/fibers.rs"]
mod fibers;
#[cfg(target_arch = "x86_64")]
#[path = "../../by_reference/given.rs"]
mod given;
#[cfg(target_arch = "x86_64")]
mod measure;
#[cfg(target_arch = "x86_64")]
mod state_machine;
#[cfg(target_arch = "x86_64")]
mod switches;

use std::process::ExitCode;

#[cfg(target_arch = "x86_64")]
fn main() -> ExitCode {
    labkit::run("12_coroutines/switch_price", measure::measure)
}

#[cfg(not(target_arch = "x86_64"))]
fn main() -> ExitCode {
    eprintln!("skipped, for this is no x86-64: the price of a switch");
    ExitCode::SUCCESS
}
