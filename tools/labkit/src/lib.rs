//! Measures, fairly: variants by turns, every one checked first, the machine recorded.
//!
//! A lab is a program. It prints a table and leaves its samples in `target/labs/`, from where a reader
//! lays them over the book's; with `--quick` it runs a few rounds and only checks its claims; with
//! `--record` it writes what it measured to `book/results/`, where the pages include it. A number belongs to one machine and is never asserted; a *claim* is an order with a wide
//! margin, which must hold on every machine. A claim compares processor time: the time on the
//! clock also counts how long the neighbors kept the processors.

mod busy;
mod cost;
mod lab;
mod machine;
pub mod plot;
mod results;
mod run;
mod stats;

pub use cost::Cost;
pub use lab::{Lab, Variant};
pub use machine::free_memory_mib;
pub use run::run;
pub use stats::{RatioSummary, Summary, readable_bytes, readable_ns};
